import keras
from keras import layers, optimizers

model = keras.Sequential()
model.add(layers.Dense(32, input_shape=(64,), activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
model.compile(optimizer=optimizers.SGD(learning_rate=0.1),
              loss='mse', metrics=['accuracy'])
model.fit(X, Y, epochs=10, batch_size=32)
