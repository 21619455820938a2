from keras import models, layers

model = models.Sequential()
model.add(layers.Dense(32, input_dim=64, activation='relu'))
model.add(layers.Dense(32, activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
model.summary()
