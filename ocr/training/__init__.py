"""Training of the models that recognition ships with, from fictitious scans only. `guidang train` runs it.

`thumbnails` draws and keeps the pictures; `network` is the thumbnail network in PaddlePaddle, its training and its
export. Runs on two cores in hours. Needs the packages of the training lock; nothing here is loaded by recognition.
"""
