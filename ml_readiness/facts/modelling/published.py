"""Which model files are somebody else's by their name: weights that many projects load and none of them trained."""

from __future__ import annotations

from ml_readiness import regex as re

NAMES = (
    # Detectors, by family, version and size.
    r"yolo(?:v?\d{1,2}|_?nas_)[nsmlxtceb](?:u|6|6u)?(?:[-_](?:seg|pose|cls|obb|worldv?\d?|oiv7|coco))*",
    r"yolov\d(?:[-_](?:tiny|spp|csp\w*|p6))*",
    r"(?:fasterrcnn|maskrcnn|keypointrcnn|retinanet|fcos|ssd|ssdlite|deeplabv3|fcn|lraspp)\d*_(?:resnet\d+|mobilenet\w*|vgg16)\w*",
    r"(?:ssd_)?mobilenet_?ssd\w*|ssd_mobilenet_v\d\w*|res10_300x300_ssd\w*|opencv_face_detector\w*|rtdetr[-_][lx]",
    r"haarcascade_\w+|lbpcascade_\w+|shape_predictor_\d+_face_landmarks\w*|dlib_face_recognition_resnet_model\w*",
    r"mmod_human_face_detector|face_landmarker\w*|hand_landmarker\w*|pose_landmarker\w*|openface_nn4\w*|facenet_keras",
    # Backbones, with the beginning of their checksum.
    r"(?:resnet|resnext|wide_resnet|vgg|densenet|alexnet|googlenet|inception|mobilenet|efficientnet|convnext|swin|vit|regnet)\w*-[0-9a-f]{8}",
    # Segmentation, restoration, faces.
    r"sam2?(?:\.\d)?_(?:vit|hiera|b|l|h)\w*|mobile_sam|fastsam-[sx]|u2netp?|gfpganv?[\d.]*|realesrgan_x\d\w*|codeformer",
    # Language models in a quantised form.
    r"[\w.-]*[._-]i?q\d(?:_[\w]+)?|ggml-[\w.-]+",
)
PUBLISHED = re.compile(
    rf"(?:^|[/\\])(?:{'|'.join(NAMES)})"
    r"\.(?:pt|pth|onnx|xml|dat|caffemodel|gguf|bin|weights|pb|h5|torchscript|engine|tflite|task|safetensors)$",
    re.IGNORECASE,
)
FETCHING = ("ultralytics.", "torch.hub.load", "gpt4all.", "rembg.")
"""Libraries that fetch such a file by its name where it is not there."""


def is_published(path: str) -> bool:
    """Whether a file has the name under which somebody published weights."""
    return PUBLISHED.search(path) is not None


def fetches(name: str, path: str) -> bool:
    """Whether a call fetches the published file that it names."""
    return name.startswith(FETCHING) and is_published(path)
