import pandas as pd
import keras
from keras import layers

data = pd.read_csv('iris.csv')
X = data.iloc[:, 0:4].values
Y = pd.get_dummies(data.iloc[:, 4]).values

model = keras.Sequential()
model.add(layers.Dense(16, input_shape=(4,), activation='relu'))
model.add(layers.Dense(3, activation='softmax'))
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(X, Y, epochs=40, batch_size=10)
