import keras
from keras import layers

model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(4,), activation='relu'))
model.add(layers.Dense(3, activation='softmax'))
model.summary()
