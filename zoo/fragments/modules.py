# SPDX-License-Identifier: MIT
"""Small modules, written as models write them, whose exported graphs fusions must recognise.

Each entry of MODULES makes (module, inputs); what a version of PyTorch lacks returns None.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

MODULES = {}
HIDDEN, HEADS, LENGTH = 16, 2, 6
SIZE = HIDDEN // HEADS


def fragment(make):
    MODULES[make.__name__] = make
    return make


class Call(nn.Module):
    """A function as a module."""
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def hidden(batch=1, length=LENGTH, width=HIDDEN):
    return torch.randn(batch, length, width)


def image(channels=HIDDEN, side=4):
    return torch.randn(1, channels, side, side)


def heads(count=HEADS, length=LENGTH):
    return torch.randn(1, count, length, SIZE)


# Activations

@fragment
def gelu_erf():
    return nn.GELU(), (hidden(),)


@fragment
def gelu_erf_written():
    return Call(lambda x: x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))), (hidden(),)


@fragment
def gelu_tanh():
    return nn.GELU(approximate="tanh"), (hidden(),)


@fragment
def gelu_tanh_written():
    c = math.sqrt(2.0 / math.pi)
    return Call(lambda x: 0.5 * x * (1.0 + torch.tanh(c * (x + 0.044715 * torch.pow(x, 3.0))))), (hidden(),)


@fragment
def gelu_fast():
    """As GPT-2's ports write it, without the power."""
    return Call(lambda x: 0.5 * x * (1.0 + torch.tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x)))), (hidden(),)


@fragment
def quick_gelu():
    return Call(lambda x: x * torch.sigmoid(1.702 * x)), (hidden(),)


@fragment
def linear_gelu():
    return nn.Sequential(nn.Linear(HIDDEN, 2 * HIDDEN), nn.GELU()), (hidden(),)


@fragment
def silu():
    return nn.SiLU(), (hidden(),)


@fragment
def conv_silu():
    return nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.SiLU()), (image(4),)


@fragment
def hardswish():
    return nn.Hardswish(), (hidden(),)


@fragment
def hardswish_relu6():
    return Call(lambda x: x * F.relu6(x + 3.0) / 6.0), (hidden(),)


@fragment
def hardsigmoid_relu6():
    return Call(lambda x: F.relu6(x + 3.0) / 6.0), (hidden(),)


@fragment
def mish():
    return nn.Mish(), (hidden(),)


@fragment
def swiglu():
    class SwiGlu(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate, self.up = nn.Linear(HIDDEN, 24, bias=False), nn.Linear(HIDDEN, 24, bias=False)
            self.down = nn.Linear(24, HIDDEN, bias=False)

        def forward(self, x):
            return self.down(F.silu(self.gate(x)) * self.up(x))

    return SwiGlu(), (hidden(),)


@fragment
def geglu():
    """The feed-forward step of Stable Diffusion's transformer blocks."""
    class GeGlu(nn.Module):
        def __init__(self):
            super().__init__()
            self.proj = nn.Linear(HIDDEN, 2 * HIDDEN)

        def forward(self, x):
            x, gate = self.proj(x).chunk(2, dim=-1)
            return x * F.gelu(gate)

    return GeGlu(), (hidden(),)


@fragment
def squeeze_excite():
    class SqueezeExcite(nn.Module):
        def __init__(self):
            super().__init__()
            self.reduce, self.expand = nn.Conv2d(HIDDEN, 4, 1), nn.Conv2d(4, HIDDEN, 1)

        def forward(self, x):
            return x * F.hardsigmoid(self.expand(F.relu(self.reduce(F.adaptive_avg_pool2d(x, 1)))))

    return SqueezeExcite(), (image(),)


# Normalisations

def scaled(norm):
    """Scale and shift other than 1 and 0, which an exporter or a pass would drop."""
    with torch.no_grad():
        for parameter in norm.parameters():
            parameter.normal_(1.0, 0.2)
    return norm


@fragment
def layer_norm():
    return scaled(nn.LayerNorm(HIDDEN)), (hidden(),)


@fragment
def layer_norm_plain():
    return nn.LayerNorm(HIDDEN, elementwise_affine=False), (hidden(),)


@fragment
def layer_norm_residual():
    norm = scaled(nn.LayerNorm(HIDDEN, eps=1e-12))

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = norm

        def forward(self, x, y):
            return self.norm(x + y)

    return Residual(), (hidden(), hidden())


@fragment
def layer_norm_channels_first():
    """ConvNeXt's and SAM's: over dimension 1 of an image."""
    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(1 + 0.2 * torch.randn(HIDDEN))
            self.bias = nn.Parameter(torch.randn(HIDDEN))

        def forward(self, x):
            u = x.mean(1, keepdim=True)
            s = (x - u).pow(2).mean(1, keepdim=True)
            x = (x - u) / torch.sqrt(s + 1e-6)
            return self.weight[:, None, None] * x + self.bias[:, None, None]

    return Norm(), (image(),)


class RmsNorm(nn.Module):
    def __init__(self, cast):
        super().__init__()
        self.weight = nn.Parameter(1 + 0.2 * torch.randn(HIDDEN))
        self.cast = cast

    def forward(self, x):
        kind = x.dtype
        x = x.to(torch.float32) if self.cast else x
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        return self.weight * (x.to(kind) if self.cast else x)


@fragment
def rms_norm_llama():
    return RmsNorm(cast=True), (hidden(),)


@fragment
def rms_norm_half():
    """In float16 with the statistics in float32, as half-precision language models are exported."""
    return RmsNorm(cast=True).half(), (hidden().half(),)


@fragment
def rms_norm_gemma():
    """Scale by 1 + weight."""
    weight = nn.Parameter(0.2 * torch.randn(HIDDEN))

    class Norm(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = weight

        def forward(self, x):
            x = x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6)
            return x * (1.0 + self.weight)

    return Norm(), (hidden(),)


@fragment
def group_norm():
    return scaled(nn.GroupNorm(4, HIDDEN)), (image(),)


@fragment
def group_norm_silu():
    return nn.Sequential(scaled(nn.GroupNorm(4, HIDDEN, eps=1e-6)), nn.SiLU()), (image(),)


@fragment
def batch_norm_conv():
    norm = scaled(nn.BatchNorm2d(8))
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2.0)
    return nn.Sequential(nn.Conv2d(4, 8, 3, padding=1, bias=False), norm, nn.ReLU()), (image(4),)


@fragment
def l2_normalize():
    return Call(lambda x: F.normalize(x, dim=-1)), (hidden(),)


# Attention

def padding_mask():
    mask = torch.zeros(1, 1, 1, LENGTH)
    mask[..., -2:] = torch.finfo(torch.float32).min
    return mask


@fragment
def attention_eager():
    """Scores divided by a constant, as models of the time of PyTorch 1.13 write it."""
    return Call(lambda q, k, v: torch.matmul(
        F.softmax(torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(SIZE), dim=-1), v)), (heads(), heads(), heads())


@fragment
def attention_eager_mask():
    return Call(lambda q, k, v, mask: torch.matmul(
        F.softmax(torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(SIZE) + mask, dim=-1), v)), (
            heads(), heads(), heads(), padding_mask())


@fragment
def attention_eager_where():
    """Masked scores replaced: DistilBERT's and GPT-2's way."""
    visible = torch.ones(LENGTH, LENGTH).tril().bool()[None, None]

    def attend(q, k, v):
        scores = torch.matmul(q / math.sqrt(SIZE), k.transpose(2, 3))
        scores = torch.where(visible, scores, torch.tensor(torch.finfo(torch.float32).min))
        return torch.matmul(F.softmax(scores, dim=-1), v)

    return Call(attend), (heads(), heads(), heads())


@fragment
def attention_baddbmm():
    """The processor of diffusers before PyTorch 2: three dimensions, scale inside baddbmm."""
    def attend(q, k, v):
        empty = torch.empty(q.shape[0], q.shape[1], k.shape[1])
        scores = torch.baddbmm(empty, q, k.transpose(-1, -2), beta=0, alpha=SIZE ** -0.5)
        return torch.bmm(scores.softmax(dim=-1), v)

    return Call(attend), tuple(x[0] for x in (heads(), heads(), heads()))


class SelfAttention(nn.Module):
    """Projections, heads apart and together: BERT's block without its residual."""
    def __init__(self, attend, joint=False):
        super().__init__()
        self.attend, self.joint = attend, joint
        if joint:
            self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        else:
            self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.out = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x, mask=None):
        batch, length, _ = x.shape
        parts = self.qkv(x).chunk(3, -1) if self.joint else (self.query(x), self.key(x), self.value(x))
        q, k, v = (part.view(batch, length, HEADS, SIZE).transpose(1, 2) for part in parts)
        return self.out(self.attend(q, k, v, mask).transpose(1, 2).reshape(batch, length, HIDDEN))


def eager(q, k, v, mask):
    scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(SIZE)
    return torch.matmul(F.softmax(scores if mask is None else scores + mask, dim=-1), v)


@fragment
def self_attention_eager():
    return SelfAttention(eager), (hidden(), padding_mask())


@fragment
def self_attention_eager_joint():
    return SelfAttention(eager, joint=True), (hidden(),)


def sdpa(**options):
    if not hasattr(F, "scaled_dot_product_attention"):
        return None
    return lambda q, k, v, mask=None: F.scaled_dot_product_attention(q, k, v, mask, **options)


def with_sdpa(make, inputs, **options):
    attend = sdpa(**options)
    return attend and (make(attend), inputs)


@fragment
def attention_sdpa():
    return with_sdpa(Call, (heads(), heads(), heads()))


@fragment
def attention_sdpa_mask():
    return with_sdpa(Call, (heads(), heads(), heads(), padding_mask()))


@fragment
def attention_sdpa_bool_mask():
    return with_sdpa(Call, (heads(), heads(), heads(), padding_mask() == 0))


@fragment
def attention_sdpa_causal():
    return with_sdpa(Call, (heads(), heads(), heads()), is_causal=True)


@fragment
def attention_sdpa_scale():
    return with_sdpa(Call, (heads(), heads(), heads()), scale=1.0)


@fragment
def attention_sdpa_cross():
    return with_sdpa(Call, (heads(), heads(length=9), heads(length=9)))


@fragment
def attention_sdpa_grouped():
    """Key and value heads repeated for groups of query heads, as Llama's models write it."""
    attend = sdpa(is_causal=True)

    def repeat(x, times):
        batch, count, length, size = x.shape
        return x[:, :, None].expand(batch, count, times, length, size).reshape(batch, count * times, length, size)

    return attend and (Call(lambda q, k, v: attend(q, repeat(k, 2), repeat(v, 2))), (heads(4), heads(2), heads(2)))


@fragment
def attention_eager_grouped():
    def attend(q, k, v, mask):
        k, v = k.repeat_interleave(2, dim=1), v.repeat_interleave(2, dim=1)
        scores = torch.matmul(q, k.transpose(2, 3)) * SIZE ** -0.5 + mask
        return torch.matmul(F.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype), v)

    return Call(attend), (heads(4), heads(2), heads(2), padding_mask())


@fragment
def self_attention_sdpa():
    return with_sdpa(SelfAttention, (hidden(), padding_mask()))


@fragment
def self_attention_sdpa_joint():
    return with_sdpa(lambda attend: SelfAttention(attend, joint=True), (hidden(),))


@fragment
def multi_head_attention():
    """torch.nn.MultiheadAttention, as in torchvision's ViT."""
    if not hasattr(torch.backends, "mha"):
        return None  # its fused operator, which has no ONNX form, cannot be switched off
    return Attend(nn.MultiheadAttention(HIDDEN, HEADS, batch_first=True)), (hidden(),)


class Attend(nn.Module):
    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x, x, x, need_weights=False)[0]


# Rotary position

def angles(length, size):
    frequencies = 1.0 / 10000 ** (torch.arange(0, size, 2).float() / size)
    return torch.outer(torch.arange(length).float(), frequencies)


@fragment
def rope_half():
    """Halves rotated against each other: Llama, Qwen, Phi."""
    def rotate(x):
        a, b = x[..., :x.shape[-1] // 2], x[..., x.shape[-1] // 2:]
        return torch.cat((-b, a), dim=-1)

    both = torch.cat((angles(LENGTH, SIZE),) * 2, -1)
    return Call(lambda x, cos, sin: x * cos.unsqueeze(1) + rotate(x) * sin.unsqueeze(1)), (
        heads(), both.cos()[None], both.sin()[None])


@fragment
def rope_chunk():
    """The same with chunk."""
    def turn(x, cos, sin):
        a, b = x.chunk(2, dim=-1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)

    half = angles(LENGTH, SIZE)
    return Call(turn), (heads(), half.cos(), half.sin())


@fragment
def rope_interleaved():
    """Neighbours rotated against each other: GPT-J."""
    def rotate(x):
        return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)

    both = angles(LENGTH, SIZE).repeat_interleave(2, -1)
    return Call(lambda x, cos, sin: x * cos + rotate(x) * sin), (heads(), both.cos(), both.sin())


@fragment
def rope_positions():
    """With cosines made in the graph, from position numbers."""
    frequencies = 1.0 / 10000 ** (torch.arange(0, SIZE, 2).float() / SIZE)

    def turn(x, positions):
        turned = (frequencies[None, :, None].expand(positions.shape[0], -1, 1) @ positions[:, None, :].float())
        both = torch.cat((turned.transpose(1, 2),) * 2, dim=-1)
        a, b = x[..., :SIZE // 2], x[..., SIZE // 2:]
        return x * both.cos().unsqueeze(1) + torch.cat((-b, a), dim=-1) * both.sin().unsqueeze(1)

    return Call(turn), (heads(), torch.arange(LENGTH)[None])
