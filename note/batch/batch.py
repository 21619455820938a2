import keras
from keras import layers, optimizers

model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(11,), activation='relu'))
model.add(layers.Dense(1))
model.compile(optimizer=optimizers.SGD(learning_rate=0.02), loss='mse')
model.fit(X, Y, epochs=20, batch_size=10)
