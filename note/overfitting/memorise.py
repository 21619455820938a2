import keras
from keras import layers

model = keras.Sequential()
model.add(layers.Dense(128, input_shape=(11,), activation='relu'))
model.add(layers.Dense(128, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X, Y, epochs=200, batch_size=10)
