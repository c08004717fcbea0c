"""Import this before Gradio: it reads these once, and every one of them would reach out or write something down."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_RUN_HISTORY"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
for name in ("SPACE_ID", "GRADIO_SHARE"):
    os.environ.pop(name, None)
