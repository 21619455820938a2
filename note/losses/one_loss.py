model.compile(optimizer='rmsprop', loss='binary_crossentropy')
