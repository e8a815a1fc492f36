# Text to terms, line by line.
printf '%s\n' '75th anniversary' 'COVID-19' 'U.S. and U.S.A.' '1,000.50 1.000,50' "don't DON’T can't" "the dog's dogs’" \
    'running RUNNER runs' '' '?!' 'snake_case camelCase' 'me@example.org http://example.org/a_b?c=d' 'naïve Straße ﬁne ＡＢＣ' \
    'to be or not to be' >lines
try ftindex analyze <lines
try ftindex analyze --no-stem <lines
try ftindex analyze --lang none <lines
printf '%s\n' "l'avion d’Alger aujourd'hui qu'il" | try ftindex analyze --lang french
printf '%s\n' "l'avion" | try ftindex analyze --lang fr --no-stem
printf '%s\n' "dell'arte un'altra" | try ftindex analyze --lang italian
printf '%s\n' 'İstanbul ILIK ışık' | try ftindex analyze --lang turkish --no-stem
printf '%s\n' 'İstanbul ILIK' | try ftindex analyze --lang none
printf '%s\n' '日本語の文章' '東京 京都' '字' 'ＡＢＣ日本' 'ภาษาไทย' '한국어 문장' | try ftindex analyze
printf '%s\n' 'Häuser Donaudampfschifffahrt' | try ftindex analyze --lang de
printf 'soft\302\255hyphen bad\377byte' | try ftindex analyze
try ftindex analyze --lang klingon </dev/null
try ftindex analyze --lang englisch </dev/null
