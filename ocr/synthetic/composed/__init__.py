"""Parts of composed pages: what is to be said, heads and feet, bodies. `ocr.synthetic.composer` arranges them."""
