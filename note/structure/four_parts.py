import keras
from keras import layers

# 1. layers, one behind the other
model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(4,), activation='relu'))
model.add(layers.Dense(3, activation='softmax'))

# 3. a loss   4. an optimizer
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])

# 2. input X and targets Y
model.fit(X, Y, epochs=40, batch_size=10)
