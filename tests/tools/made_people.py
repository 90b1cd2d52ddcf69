"""People made up for tests that need many: COCO JSON of standing and walking figures, all different."""
import json
import math
import random

# COCO's 17 keypoints of somebody who stands, 400 px tall: x from the middle, y from the top.
STANDING = [(0, 30), (7, 24), (-7, 24), (15, 28), (-15, 28), (38, 80), (-38, 80), (48, 140), (-48, 140), (52, 195),
            (-52, 195), (24, 205), (-24, 205), (25, 290), (-25, 290), (26, 380), (-26, 380)]


def write_people(path, count, seed=1):
    """A file of so many people, four an image; every ninth is hardly seen."""
    generator = random.Random(seed)
    annotations = []
    for i in range(count):
        scale, lean = generator.uniform(0.5, 1.6), generator.uniform(-0.25, 0.25)
        x, y, stride = generator.uniform(300, 1500), generator.uniform(20, 300), generator.uniform(-30, 30)
        keypoints = []
        for k, (px, py) in enumerate(STANDING):
            px += stride * (1 if k in (13, 15, 8, 10) else -1 if k in (14, 16, 7, 9) else 0)
            u = px * math.cos(lean) - py * math.sin(lean) + generator.gauss(0, 2)
            v = px * math.sin(lean) + py * math.cos(lean) + generator.gauss(0, 2)
            seen = 0 if i % 9 == 8 and k > 2 else 2
            keypoints += [round(x + scale * u, 2), round(y + scale * v, 2), seen]
        annotations.append({"id": i + 1, "image_id": i // 4 + 1, "category_id": 1, "keypoints": keypoints, "iscrowd": 0,
                            "num_keypoints": sum(v > 0 for v in keypoints[2::3]),
                            "bbox": [x - 100, y, 200, 400], "area": 40000})
    images = [{"id": i + 1, "file_name": f"{i + 1:06}.jpg", "width": 1920, "height": 1080} for i in range((count + 3) // 4)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"images": images, "annotations": annotations,
                   "categories": [{"id": 1, "name": "person"}]}, file)
