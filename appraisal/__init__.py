"""The procedure: cycles, appraisals and the steps that move them."""
