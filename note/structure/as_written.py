from keras import models
from keras import layers
model = model.Sequential()
model.add(layers.Dense(32, input_shape=(784,)) activation = 'relu')
model.add(layers.Dense(10), activation='softmax')
from keras import optimizers
model.comopile(optimizer = optimizers.RMSprop(r=0.001), loss='mse' metrics=['accuracy'])
model.fit(X, Y, epochs=100, batch_size=10)
