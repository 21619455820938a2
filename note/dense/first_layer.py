from keras import models, layers

model = models.Sequential()
model.add(layers.Dense(32, input_shape=(784,), activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
model.summary()
