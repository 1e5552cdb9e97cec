# SPDX-License-Identifier: MIT
"""Encoders of text, as transformers defines them, with the numbers of their published config.json."""
import torch
from transformers import BertConfig, BertModel

from .registry import Built, recipe

SEQUENCE = {0: "batch", 1: "sequence"}


class Encoder(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.bert = BertModel(config)

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.bert(input_ids, attention_mask, token_type_ids, return_dict=False)


class SentenceEncoder(torch.nn.Module):
    """Mean over the tokens that are not padding, at length 1: what sentence-transformers puts behind MiniLM."""
    def __init__(self, config):
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = self.bert(input_ids, attention_mask, token_type_ids, return_dict=False)[0]
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def tokens(length, vocabulary):
    return {"input_ids": torch.randint(0, vocabulary, (1, length)),
            "attention_mask": torch.ones(1, length, dtype=torch.int64),
            "token_type_ids": torch.zeros(1, length, dtype=torch.int64)}


@recipe("bert_base", "BERT-base uncased, 128 tokens", 438)
def bert_base():
    inputs = tokens(128, 30522)
    axes = {name: SEQUENCE for name in (*inputs, "last_hidden_state")} | {"pooler_output": {0: "batch"}}
    return Built(Encoder(BertConfig()), inputs, ("last_hidden_state", "pooler_output"), axes)


@recipe("minilm", "all-MiniLM-L6-v2 with pooling, 128 tokens", 91)
def minilm():
    config = BertConfig(hidden_size=384, intermediate_size=1536, num_hidden_layers=6, num_attention_heads=12)
    inputs = tokens(128, 30522)
    axes = {name: SEQUENCE for name in inputs} | {"embedding": {0: "batch"}}
    return Built(SentenceEncoder(config), inputs, ("embedding",), axes)
