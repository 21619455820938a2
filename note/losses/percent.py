import keras
from keras import layers, optimizers

model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(4,), activation='relu'))
model.add(layers.Dense(1))
model.compile(optimizer=optimizers.Adam(learning_rate=0.01),
              loss='mape', metrics=['mae'])
model.fit(X, Y, epochs=60, batch_size=10)
