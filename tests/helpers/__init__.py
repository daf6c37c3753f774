"""What tests of several floors share: engines and machines made small, recordings and how outputs are held against them."""
