import keras
from keras import layers

a = keras.Input(shape=(4,), name='a')
b = keras.Input(shape=(3,), name='b')
left = layers.Dense(16, activation='relu')(a)
right = layers.Dense(16, activation='relu')(b)
both = layers.Concatenate()([left, right])
hidden = layers.Dense(16, activation='relu')(both)
tmax = layers.Dense(1)(hidden)
model = keras.Model([a, b], tmax)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01),
              loss='mse', metrics=['mae'])
model.fit([X_a, X_b], Y, epochs=30, batch_size=32)
