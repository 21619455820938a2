import keras
from keras import layers

a = keras.Input(shape=(4,), name='a')
b = keras.Input(shape=(3,), name='b')
both = layers.Concatenate()([a, b])
hidden = layers.Dense(16, activation='relu')(both)
tmax = layers.Dense(1, name='tmax')(hidden)
rain = layers.Dense(1, activation='sigmoid', name='rain')(hidden)
model = keras.Model([a, b], [tmax, rain])
model.compile(optimizer='adam',
              loss={'tmax': 'mse', 'rain': 'binary_crossentropy'})
model.fit([X_a, X_b], [Y_tmax, Y_rain], epochs=20, batch_size=32)
