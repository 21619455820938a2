"""Recurrent layers: a cell that reads a sequence step by step and carries a state along."""

from netcore.layers.recurrent.gru import GRU
from netcore.layers.recurrent.lstm import LSTM
from netcore.layers.recurrent.simple_rnn import SimpleRNN

__all__ = ["GRU", "LSTM", "SimpleRNN"]
