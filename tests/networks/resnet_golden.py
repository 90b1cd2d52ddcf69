"""Prints the golden values of segment_regressor_test.cc: features of small residual networks by torch.nn, written
down again from the paper and torchvision's names, with numbers that need no random generator.

    /usr/bin/python3 tests/networks/resnet_golden.py
"""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inside, middle, stride, deep):
        super().__init__()
        out = middle * (4 if deep else 1)
        plan = [(inside, middle, 1, 1), (middle, middle, 3, stride), (middle, out, 1, 1)] if deep else \
               [(inside, middle, 3, stride), (middle, out, 3, 1)]
        for i, (a, b, kernel, step) in enumerate(plan):
            setattr(self, f"conv{i + 1}", nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(b))
        self.count = len(plan)
        self.downsample = None
        if stride != 1 or inside != out:
            self.downsample = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = torch.relu(y)
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Net(nn.Module):
    def __init__(self, deep, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        inside = width
        for stage, repeats in enumerate([3, 4, 6, 3] if deep else [2, 2, 2, 2]):
            blocks = []
            for i in range(repeats):
                blocks.append(Block(inside, width << stage, 2 if stage > 0 and i == 0 else 1, deep))
                inside = (width << stage) * (4 if deep else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return x.mean((2, 3))


def sines(tensor, name, bias, size):
    places = torch.arange(tensor.numel(), dtype=torch.float64) * 0.7 + len(name)
    tensor.copy_((places.sin() * size + bias).view(tensor.shape))


for kind, deep in (("k18", False), ("k50", True)):
    net = Net(deep, 4)
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            sines(tensor, name, 0.1, 0.3)
        for name, tensor in net.named_buffers():
            if not name.endswith("num_batches_tracked"):
                sines(tensor, name, 0.0 if name.endswith("running_mean") else 0.6, 0.2)
        images = (torch.arange(2 * 3 * 64 * 64, dtype=torch.float64) * 0.37).sin().float().view(2, 3, 64, 64)
        net.eval()
        features = net(images)
        net.train()
        training = net(images)
    numbers = [features.mean().item()] + features[1, :3].tolist()
    print("Golden{ResNetSize::Kind::%s, %.9g, {%.9g, %.9g, %.9g}, %.9g, %.9g}," %
          (kind, *numbers, training.mean().item(), net.layer4[1].bn2.running_var.mean().item()))
