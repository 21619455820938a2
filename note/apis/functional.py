import keras
from keras import layers

inputs = keras.Input(shape=(4,))
hidden = layers.Dense(16, activation='relu')(inputs)
outputs = layers.Dense(3, activation='softmax')(hidden)
model = keras.Model(inputs, outputs)
model.summary()
