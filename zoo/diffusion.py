# SPDX-License-Identifier: MIT
"""The parts of Stable Diffusion v1.4, as diffusers and transformers define them, for images of 512x512."""
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from .registry import Built, recipe

LATENT = {0: "batch", 2: "height", 3: "width"}


class TextEncoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.clip = CLIPTextModel(CLIPTextConfig(
            hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
            max_position_embeddings=77, projection_dim=768, hidden_act="quick_gelu"))

    def forward(self, input_ids):
        return self.clip(input_ids, return_dict=False)


class Denoiser(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.unet = UNet2DConditionModel(
            sample_size=64, in_channels=4, out_channels=4, layers_per_block=2,
            block_out_channels=(320, 640, 1280, 1280), attention_head_dim=8, cross_attention_dim=768)

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


class Decoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.vae = AutoencoderKL(
            in_channels=3, out_channels=3, latent_channels=4, sample_size=512, layers_per_block=2,
            block_out_channels=(128, 256, 512, 512), norm_num_groups=32,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
        del self.vae.encoder

    def forward(self, latent_sample):
        return self.vae.decode(latent_sample, return_dict=False)[0]


@recipe("sd14_text_encoder", "Stable Diffusion v1.4, text encoder (CLIP ViT-L/14), 77 tokens", 492)
def sd14_text_encoder():
    tokens = torch.randint(0, 49406, (1, 77))
    tokens[0, 0], tokens[0, 20:] = 49406, 49407  # begin; end and padding
    axes = {"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}, "pooler_output": {0: "batch"}}
    return Built(TextEncoder(), {"input_ids": tokens}, ("last_hidden_state", "pooler_output"), axes)


@recipe("sd14_vae_decoder", "Stable Diffusion v1.4, decoder, 64x64 latents to 512x512", 198)
def sd14_vae_decoder():
    axes = {"latent_sample": LATENT, "sample": {0: "batch", 2: "image_height", 3: "image_width"}}
    return Built(Decoder(), {"latent_sample": torch.randn(1, 4, 64, 64)}, ("sample",), axes)


@recipe("sd14_unet", "Stable Diffusion v1.4, one step of the U-Net, 64x64 latents", 3438)
def sd14_unet():
    inputs = {"sample": torch.randn(1, 4, 64, 64), "timestep": torch.tensor([981]),
              "encoder_hidden_states": torch.randn(1, 77, 768)}
    axes = {"sample": LATENT, "encoder_hidden_states": {0: "batch"}, "out_sample": LATENT}
    return Built(Denoiser(), inputs, ("out_sample",), axes)
