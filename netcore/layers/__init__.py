"""Layers by Keras's names. Importing a module registers its layers; one line here is all that a new one needs."""

from netcore.graph import Input
from netcore.layers.activation import Activation
from netcore.layers.activation_layers import ELU, LeakyReLU, PReLU, ReLU, Softmax
from netcore.layers.bidirectional import Bidirectional
from netcore.layers.convolution import Conv1D, Conv2D
from netcore.layers.dense import Dense
from netcore.layers.dropout import Dropout
from netcore.layers.embedding import Embedding
from netcore.layers.input_layer import InputLayer
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.masking import Masking
from netcore.layers.merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from netcore.layers.noise import GaussianNoise
from netcore.layers.normalization import BatchNormalization, LayerNormalization
from netcore.layers.padding import ZeroPadding1D, ZeroPadding2D
from netcore.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from netcore.layers.preprocessing import Normalization, Rescaling
from netcore.layers.recurrent import GRU, LSTM, SimpleRNN
from netcore.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from netcore.layers.time_distributed import TimeDistributed

# Keras's second names
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
Convolution1D = Conv1D
Convolution2D = Conv2D

__all__ = [
    "ELU",
    "GRU",
    "LAYERS",
    "LSTM",
    "Activation",
    "Add",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AvgPool1D",
    "AvgPool2D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Convolution1D",
    "Convolution2D",
    "Dense",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Input",
    "InputLayer",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SimpleRNN",
    "Softmax",
    "Subtract",
    "TimeDistributed",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]
