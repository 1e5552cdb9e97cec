# SPDX-License-Identifier: MIT
"""Encoders of speech, as transformers defines them, with the numbers of their published config.json."""
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC, WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from .registry import Built, recipe


class First(torch.nn.Module):
    """The first output alone: the module that PyTorch traces must not return a dictionary."""
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x, return_dict=False)[0]


@recipe("whisper_tiny_encoder", "Whisper tiny, encoder, 30 s of sound", 33)
def whisper_tiny_encoder():
    config = WhisperConfig(d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536,
                           decoder_layers=4, decoder_attention_heads=6, decoder_ffn_dim=1536)
    axes = {"input_features": {0: "batch"}, "last_hidden_state": {0: "batch"}}
    return Built(First(WhisperEncoder(config)), {"input_features": torch.randn(1, 80, 3000)},
                 ("last_hidden_state",), axes)


@recipe("wav2vec2_base", "wav2vec2-base with CTC head, 5 s of sound", 378)
def wav2vec2_base():
    axes = {"input_values": {0: "batch", 1: "samples"}, "logits": {0: "batch", 1: "frames"}}
    return Built(First(Wav2Vec2ForCTC(Wav2Vec2Config())), {"input_values": torch.randn(1, 80000)}, ("logits",), axes)
