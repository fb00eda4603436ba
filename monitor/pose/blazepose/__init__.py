"""BlazePose's two graphs on LiteRT: the same models as MediaPipe's, without MediaPipe."""
