"""One file a stage, in the order of the flow: values in, values out; dependencies are arguments."""
