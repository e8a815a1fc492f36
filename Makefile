# Full-text search engine: library, programs, tests. `make help` lists the targets.
#
#   CC=clang          another compiler        V=1             show the commands
#   SANITIZE=address,undefined                instrumented: products and objects in folders of their own
#   CFLAGS='-O0 -g'   instead of -O3 -g       WERROR=1        warnings are errors (CI)
#   CHECKED=1         scores are compared with the bounds that pruning relies on (searcher/eval.h)

VERSION := $(shell sed -n 's/^\#define FT_VERSION "\(.*\)"/\1/p' common/fulltext.h)
CC      ?= cc
CFLAGS  ?= -O3 -g
PREFIX  ?= /usr/local
DESTDIR ?=
T       ?= 60
V       ?= 0

comma   := ,
VARIANT := $(if $(SANITIZE),$(subst $(comma),-,$(SANITIZE)),plain)$(if $(CHECKED),-checked)
OUT     := $(if $(SANITIZE)$(CHECKED),build/$(VARIANT),build)
OBJ     := build/obj/$(VARIANT)
Q       := $(if $(filter 1,$(V)),,@)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
        -Wvla $(if $(WERROR),-Werror)
HARDEN := -fstack-protector-strong -fPIC
ifeq ($(SANITIZE),)
HARDEN += -D_FORTIFY_SOURCE=2
else
INSTRUMENT := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer $(if $(findstring undefined,$(SANITIZE)),-fno-sanitize-recover=undefined)
endif
# No fused multiply-add: scores must be the same to the bit on every machine.
BASE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DXXH_INLINE_ALL= -pthread -fvisibility=hidden -ffp-contract=off $(if $(CHECKED),-DFT_CHECKED) -MMD -MP $(WARN) $(HARDEN) $(INSTRUMENT)
INCLUDES    := -Icommon -Iindexer -Isearcher -isystem /usr/include/libxml2
LINK        := -pthread $(INSTRUMENT) -Wl,-z,relro,-z,now
PIE         := $(if $(SANITIZE),,-pie)
# Linked statically: the engine's answers must not change with a library's version, and starting must be quick.
STATIC_LIBS := -l:libstemmer.a -l:libutf8proc.a -l:libdeflate.a -lm
# Readers of file formats, which ftindex alone has.
INDEX_LIBS  := -lmd4c -lxml2 -lz

# What the programs have for themselves; everything else in the three folders is the engine.
CLI_SRC      := $(wildcard common/cli*.c common/json*.c common/optab*.c common/lines*.c)
FTINDEX_SRC  := $(wildcard indexer/ftindex.c indexer/commands*.c indexer/source*.c indexer/detect.c indexer/inputs.c \
                  indexer/progress.c indexer/title.c indexer/charset.c indexer/filter.c indexer/globs.c indexer/catalogue.c)
FTSEARCH_SRC := $(wildcard searcher/ftsearch.c searcher/batch.c searcher/print*.c searcher/prompt*.c)
FTBENCH_SRC  := $(wildcard bench/*.c)
COMMON_SRC   := $(filter-out $(CLI_SRC),$(wildcard common/*.c))
INDEXER_SRC  := $(filter-out $(FTINDEX_SRC),$(wildcard indexer/*.c))
SEARCHER_SRC := $(filter-out $(FTSEARCH_SRC),$(wildcard searcher/*.c))
UNIT_SRC     := $(wildcard tests/unit/*.c)
API_SRC      := $(wildcard tests/api/*.c)
SUPPORT_SRC  := $(wildcard tests/support/*.c)
FUZZ_SRC     := $(filter-out tests/fuzz/fuzz_replay.c,$(wildcard tests/fuzz/fuzz_*.c))

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))
ALL_SRC := $(CLI_SRC) $(FTINDEX_SRC) $(FTSEARCH_SRC) $(FTBENCH_SRC) $(COMMON_SRC) $(INDEXER_SRC) $(SEARCHER_SRC) \
           $(UNIT_SRC) $(API_SRC) $(SUPPORT_SRC)

.DEFAULT_GOAL := all
.PHONY: all deps deps-dev check check-full check-checked soak demo bench peers peers-bench peers-deps fuzz fuzz-targets lint \
        install clean help
.PRECIOUS: $(OBJ)/%.o

all: $(OUT)/ftindex $(OUT)/ftsearch $(OUT)/ftbench $(OUT)/libfulltext.a $(OUT)/libfulltext.so ## build everything (the default)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(CPPFLAGS) $(INCLUDES) $(if $(filter tests/%,$<),-Itests/support) -c $< -o $@

# Kernels: each file with its instruction set and nothing else (common/cpu.h).
ifneq ($(findstring x86_64,$(shell $(CC) -dumpmachine)),)
$(OBJ)/common/cpu_sse41.o: BASE_CFLAGS += -msse4.1
$(OBJ)/common/cpu_avx2.o: BASE_CFLAGS += -mavx2 -mbmi -mbmi2 -mpopcnt
$(OBJ)/common/cpu_avx512.o: BASE_CFLAGS += -mavx2 -mbmi -mbmi2 -mpopcnt -mavx512f -mavx512bw -mavx512vl -mavx512vbmi2 \
    -mavx512vpopcntdq
endif

# One archive a folder, and the library is their sum.
$(OUT)/libcommon.a: $(call objects,$(COMMON_SRC))
$(OUT)/libindexer.a: $(call objects,$(INDEXER_SRC))
$(OUT)/libsearcher.a: $(call objects,$(SEARCHER_SRC))
$(OUT)/libfulltext.a: $(call objects,$(COMMON_SRC) $(INDEXER_SRC) $(SEARCHER_SRC))
$(OUT)/lib%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

$(OUT)/libfulltext.so: $(call objects,$(COMMON_SRC) $(INDEXER_SRC) $(SEARCHER_SRC))
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) -shared -Wl,-soname,libfulltext.so.0 -Wl,--exclude-libs,ALL $^ -o $@ $(STATIC_LIBS)

$(OUT)/ftindex: $(call objects,$(FTINDEX_SRC) $(CLI_SRC)) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(PIE) $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS)

$(OUT)/ftsearch: $(call objects,$(FTSEARCH_SRC) $(CLI_SRC)) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(PIE) $^ -o $@ $(STATIC_LIBS)

$(OUT)/ftbench: $(call objects,$(FTBENCH_SRC) $(CLI_SRC)) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $(PIE) $^ -o $@ $(STATIC_LIBS)

# Readers of file formats are tested with the library: they are ftindex's own.
UNIT_EXTRA := $(call objects,$(CLI_SRC) $(filter-out indexer/ftindex.c indexer/commands%,$(FTINDEX_SRC)))
FUZZ_NAMES := $(patsubst tests/fuzz/%.c,%,$(FUZZ_SRC))
REPLAY     := $(addprefix $(OUT)/tests/fuzz/,$(FUZZ_NAMES))
PROGRAMS   := $(patsubst %.c,%,$(notdir $(wildcard tests/threads/*.c tests/fault/*.c tests/golden/*.c tests/exact/*.c)))

$(OUT)/tests/unit: $(call objects,$(UNIT_SRC) $(SUPPORT_SRC) bench/metrics.c) $(UNIT_EXTRA) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS) -lcriterion

$(OUT)/tests/api: $(call objects,$(API_SRC) $(SUPPORT_SRC)) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $^ -o $@ $(STATIC_LIBS) -lcriterion

$(OUT)/tests/fuzz/%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/fuzz/fuzz_replay.o $(UNIT_EXTRA) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS)

# support without what needs Criterion
PLAIN_SUPPORT := $(call objects,$(filter-out tests/support/fixture.c tests/support/faultio.c,$(SUPPORT_SRC)))
define program_rule
$(OUT)/tests/$(notdir $(basename $(1))): $(OBJ)/$(basename $(1)).o $(PLAIN_SUPPORT) $(OUT)/libfulltext.a
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LINK) $$^ -o $$@ $$(STATIC_LIBS)
endef
$(foreach s,$(wildcard tests/threads/*.c tests/fault/*.c tests/golden/*.c tests/exact/*.c),$(eval $(call program_rule,$(s))))

TESTS := $(OUT)/tests/unit $(OUT)/tests/api $(REPLAY) $(addprefix $(OUT)/tests/,$(PROGRAMS))

check: all $(OUT)/gen $(TESTS) ## build and run the tests
	@$(if $(SANITIZE),FT_EXACT_PASSAGES=4000 FT_EXACT_QUERIES=60) BUILD=$(OUT) bash tests/run \
	  unit api cli replay threads fault golden exact readme $(if $(SANITIZE),,kill)

check-full: all ## all tests: sanitizers, kills, judged collections
	@$(MAKE) -s lint check
	@FT_KILLS=84 FT_KILL_DOCS=20000 BUILD=$(OUT) bash tests/run kill collections
	@FT_EXACT_PASSAGES=1000000 FT_EXACT_QUERIES=2000 BUILD=$(OUT) bash tests/run exact
	@$(MAKE) -s CHECKED=1 check-checked
	@$(MAKE) -s SANITIZE=address,undefined check

check-checked: $(OUT)/gen $(TESTS)
	@FT_EXACT_PASSAGES=100000 FT_EXACT_QUERIES=500 BUILD=$(OUT) bash tests/run api exact

soak: all $(TESTS) ## random tests with new seeds for T seconds
	@end=$$(($$(date +%s) + $(T))); seed=$$(date +%s); while [ $$(date +%s) -lt $$end ]; do \
	  FT_SEED=$$seed FT_QUERIES=$${FT_QUERIES-500} $(OUT)/tests/api --filter 'random/*' -j2 || exit 1; \
	  seed=$$((seed + 1)); done

lint: all $(OUT)/libcommon.a $(OUT)/libindexer.a $(OUT)/libsearcher.a ## what a reader of the code relies on
	@BUILD=$(OUT) bash tests/run lint

# Each target for T seconds, with what it finds kept under build/fuzz/.
FUZZ_CC    ?= clang
fuzz: ## fuzz each parser and decoder for T seconds (needs clang)
	$(Q)$(MAKE) -s CC=$(FUZZ_CC) SANITIZE=fuzzer-no-link,address,undefined fuzz-targets
	$(Q)for t in $(FUZZ_NAMES); do echo "== $$t"; mkdir -p build/fuzz/$$t tests/fuzz/corpus/$${t#fuzz_}; \
	  build/fuzzers/$$t -max_total_time=$(T) -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=build/fuzz/$$t/ build/fuzz/$$t tests/fuzz/corpus/$${t#fuzz_} || exit 1; done

fuzz-targets: $(addprefix build/fuzzers/,$(FUZZ_NAMES))
build/fuzzers/%: $(OBJ)/tests/fuzz/%.o $(UNIT_EXTRA) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS) -pthread

DEPS     := gcc libc6-dev libstemmer-dev zlib1g-dev libdeflate-dev libutf8proc-dev libxxhash-dev libedit-dev libmd4c-dev libxml2-dev \
            libcriterion-dev unicode-data
DEPS_DEV := g++ clang libclang-rt-14-dev cppcheck python3 binutils libsqlite3-dev
DEPS_PEERS := libsqlite3-dev libxapian-dev g++ python3
SUDO     := $(if $(filter 0,$(shell id -u)),,sudo)
APT_GET   = $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get

# Installs what dpkg does not know yet; asks for the package lists only then.
install_packages = @missing=''; for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
  if [ -n "$$missing" ]; then $(APT_GET) -qq update && $(APT_GET) -qq install -y --no-install-recommends $$missing; fi

deps: ## install what building, testing and the demo need (Debian)
	$(call install_packages,$(DEPS))

deps-dev: deps ## install what linting and fuzzing need
	$(call install_packages,$(DEPS_DEV))

$(OUT)/gen: corpus/gen.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) $< -o $@ -lm

# A man page is its prose with the options of the program's own table put in.
$(OUT)/ftindex.1: indexer/ftindex.1.in $(OUT)/ftindex
	$(Q)$(OUT)/ftindex --generate man $< > $@
$(OUT)/ftsearch.1: searcher/ftsearch.1.in $(OUT)/ftsearch
	$(Q)$(OUT)/ftsearch --generate man $< > $@

$(OUT)/fulltext.pc: common/fulltext.h
	@mkdir -p $(@D)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'includedir=$${prefix}/include' 'libdir=$${prefix}/lib' '' \
	  'Name: fulltext' 'Description: full-text search engine' 'Version: $(VERSION)' \
	  'Libs: -L$${libdir} -lfulltext' 'Libs.private: -lstemmer -lutf8proc -ldeflate -lm -pthread' \
	  'Cflags: -I$${includedir}' > $@

install: all $(OUT)/ftindex.1 $(OUT)/ftsearch.1 $(OUT)/fulltext.pc ## install under PREFIX (DESTDIR is put before it)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/pkgconfig include share/man/man1 \
	  share/bash-completion/completions share/zsh/site-functions share/fish/vendor_completions.d)
	install -m 755 $(OUT)/ftindex $(OUT)/ftsearch $(OUT)/ftbench $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(OUT)/libfulltext.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(OUT)/libfulltext.so $(DESTDIR)$(PREFIX)/lib/libfulltext.so.0
	ln -sf libfulltext.so.0 $(DESTDIR)$(PREFIX)/lib/libfulltext.so
	install -m 644 common/fulltext.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(OUT)/fulltext.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	install -m 644 $(OUT)/ftindex.1 $(OUT)/ftsearch.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	for p in ftindex ftsearch; do \
	  $(OUT)/$$p --generate bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p && \
	  $(OUT)/$$p --generate zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$p && \
	  $(OUT)/$$p --generate fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$p.fish || exit 1; done

demo: all ## index the sample collection and ask it questions
	@bash corpus/demo.sh $(OUT)

bench: all $(OUT)/gen ## measure kernels, building, searching and relevance on generated text
	@bash bench/run.sh $(OUT)

# Other engines, behind programs that speak ftbench's protocol; each is built where what it needs is installed.
PEERS         := fts5 xapian lucene tantivy
HAVE_fts5     := echo '\#include <sqlite3.h>' | $(CC) -E -x c -
HAVE_xapian   := echo '\#include <xapian.h>' | $(CXX) -E -x c++ -
HAVE_lucene   := command -v mvn && bash bench/peers/lucene/lucene.sh --find
HAVE_tantivy  := command -v cargo
WANTS_fts5    := libsqlite3-dev (make peers-deps)
WANTS_xapian  := libxapian-dev (make peers-deps)
WANTS_lucene  := Maven and a JDK of version 21 or later
WANTS_tantivy := Cargo
PEER_SRC    := bench/peers/peer.c bench/peers/peer_parse.c bench/ask.c
PEER_OBJ    := $(call objects,$(PEER_SRC)) $(UNIT_EXTRA)

$(OUT)/peers/fts5: $(call objects,bench/peers/peer_fts5.c) $(PEER_OBJ) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINK) $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS) -lsqlite3

$(OUT)/peers/xapian: $(OBJ)/bench/peers/peer_xapian.o $(PEER_OBJ) $(OUT)/libfulltext.a
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LINK) $^ -o $@ $(STATIC_LIBS) $(INDEX_LIBS) -lxapian

$(OBJ)/bench/peers/peer_xapian.o: bench/peers/peer_xapian.cc
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -fvisibility=hidden -MMD -MP -Wall -Wextra -Wshadow $(HARDEN) $(INSTRUMENT) $(CFLAGS) $(CPPFLAGS) \
	  -Icommon -c $< -o $@

# These two fetch what they are made of from Maven Central and crates.io.
$(OUT)/peers/lucene: $(wildcard bench/peers/lucene/src/*.java) bench/peers/lucene/pom.xml bench/peers/lucene/lucene.sh
	@mkdir -p $(@D)
	$(Q)JAVA_HOME=$$(bash bench/peers/lucene/lucene.sh --find) mvn -q -B -f bench/peers/lucene/pom.xml -Dout=$(abspath $@).d package
	$(Q)cp bench/peers/lucene/lucene.sh $@

$(OUT)/peers/tantivy: $(wildcard bench/peers/tantivy/src/*.rs bench/peers/tantivy/Cargo.*)
	@mkdir -p $(@D)
	$(Q)cargo build -q --release --locked --manifest-path bench/peers/tantivy/Cargo.toml --target-dir $@.d
	$(Q)cp $@.d/release/tantivy-peer $@

peers: all ## build those peers for which what they need is installed
	@$(foreach p,$(PEERS),if ! { $(HAVE_$(p)); } >/dev/null 2>&1; then echo 'peers: $(p) skipped: needs $(WANTS_$(p))'; \
	  elif $(MAKE) -s $(OUT)/peers/$(p); then echo 'peers: $(p) built'; else echo 'peers: $(p) failed'; failed=1; fi; ) \
	  [ -z "$$failed" ]

peers-deps: deps ## install what the peers need
	$(call install_packages,$(DEPS_PEERS))

# CORPUS=FILE, else a generated one; QUERIES='FILE...', else drawn from the corpus; LIMIT=N documents; PEERS_FLAGS='--passes 5 ...'
PEERS_WORK := $(OUT)/peers-bench
PEERS_GEN  := $(PEERS_WORK)/generated
peers-bench: all $(if $(CORPUS),,$(PEERS_GEN).jsonl) ## this engine and the peers that can be built, side by side
	-$(Q)$(MAKE) -s peers
	$(Q)python3 bench/peers/compare --build $(OUT) --work $(PEERS_WORK) $(if $(LIMIT),--limit $(LIMIT)) $(PEERS_FLAGS) \
	  $(or $(CORPUS),$(PEERS_GEN).jsonl) $(QUERIES)

$(PEERS_GEN).jsonl: $(OUT)/gen
	@mkdir -p $(@D)
	$(Q)$(OUT)/gen --passages 200000 --seed 1 > $@.new && mv $@.new $@

clean: ## remove everything that was built
	rm -rf build

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

-include $(patsubst %.o,%.d,$(call objects,$(ALL_SRC) $(wildcard tests/fuzz/*.c tests/threads/*.c tests/fault/*.c \
           tests/golden/*.c tests/exact/*.c) $(PEER_SRC) bench/peers/peer_fts5.c)) \
         $(OBJ)/bench/peers/peer_xapian.d
