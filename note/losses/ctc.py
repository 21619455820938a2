import keras
from keras import layers, losses, optimizers

model = keras.Sequential()
model.add(keras.Input(shape=(72, 1)))
model.add(layers.Bidirectional(layers.LSTM(24, return_sequences=True)))
model.add(layers.Dense(9))
model.compile(optimizer=optimizers.Adam(learning_rate=0.02), loss=losses.CTC())
model.fit(X, Y, epochs=10, batch_size=32)
