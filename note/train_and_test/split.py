import keras
from keras import layers, optimizers
from sklearn.model_selection import train_test_split

X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size=0.33)

model = keras.Sequential()
model.add(layers.Dense(64, input_shape=(7,), activation='relu'))
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer=optimizers.Adam(learning_rate=0.003),
              loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X_train, Y_train, epochs=60, batch_size=32,
          validation_data=(X_test, Y_test))
