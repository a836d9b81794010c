"""The founding papers: Jacot et al. 2018, Lee et al. 2019, Arora et al. 2019."""
