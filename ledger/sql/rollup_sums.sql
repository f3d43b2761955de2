sum(deposit_{i}) AS deposit_{i}, sum(loan_{i}) AS loan_{i}, max(own_deposit_{i}) AS own_deposit_{i},
           max(own_loan_{i}) AS own_loan_{i}
