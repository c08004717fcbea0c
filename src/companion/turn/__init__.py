"""The pipeline. The listing is the order: screen, route, retrieve, compose, speak, deliver. It knows only `core`."""
