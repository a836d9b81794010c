"""What is true: comparisons, quantifiers, searches and probabilities.

Importing the package declares the meaning of `probability`, which needs what is decided here.
"""

from ntk_companion.audit.decide.deciding import decide, needs_random_search
from ntk_companion.audit.decide.initialisations import each_initialisation, speaks_of_one_network, times_in
