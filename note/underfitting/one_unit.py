import keras
from keras import layers, optimizers

model = keras.Sequential()
model.add(layers.Dense(1, input_shape=(2,), activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer=optimizers.Adam(learning_rate=0.03),
              loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X, Y, epochs=100, batch_size=10)
