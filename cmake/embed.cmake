# SPDX-License-Identifier: MIT
# cmake -DFROM=page.html -DTO=page.cc -DNAME=kPage -P embed.cmake: a C++ file with the text of another as
# const char kante::cli::NAME[].
file(READ ${FROM} text)
string(LENGTH "${text}" length)
set(parts "")
set(at 0)
while(at LESS length)  # compilers need not take long literals
  string(SUBSTRING "${text}" ${at} 8000 part)
  string(APPEND parts "R\"kante(${part})kante\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${TO} "namespace kante::cli {\nextern const char ${NAME}[];\nconst char ${NAME}[] =\n${parts};\n}\n")
