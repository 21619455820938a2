import keras
from keras import layers, optimizers

model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(4,), activation='relu'))
model.add(layers.Dense(3, activation='softmax'))
model.compile(optimizer=optimizers.RMSprop(learning_rate=0.001),
              loss='categorical_crossentropy',
              metrics=['accuracy'])
model.fit(X, Y, epochs=30, batch_size=10)
