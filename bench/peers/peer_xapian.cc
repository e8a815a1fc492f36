// peer_xapian.cc - Xapian: see peer.h.
//
// A glass database with positions, without the table of each document's terms (only needed to change documents),
// flushed every 100,000 documents and compacted. A document's data is its id, title and text, which glass compresses.
// Terms are cut at Xapian's limit of 245 bytes.
#include "peer.h"

extern "C" {
#include "status.h"
}

#include <xapian.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr size_t term_max = 245;
constexpr Xapian::termpos gap = 2; // between title and text, so that no phrase reaches across

struct index_writer {
    std::string dir;
    ft_analyzer *an;
    Xapian::WritableDatabase db;
    std::string term, data;
};

struct engine {
    // One or the other.
    index_writer *writer = nullptr;
    Xapian::Database *db = nullptr;
    std::string dir;
};

std::string term_of(const ft_str &s)
{
    return std::string(s.ptr, std::min(s.len, term_max));
}

// Runs what Xapian may throw out of.
template <typename F> ft_status guarded(ft_error *err, F f)
{
    try {
        return f();
    } catch (const Xapian::Error &e) {
        return ft_fail(err, FT_EIO, "%s", e.get_description().c_str());
    } catch (const std::bad_alloc &) {
        return ft_fail_nomem(err);
    } catch (const std::exception &e) {
        return ft_fail(err, FT_EIO, "%s", e.what());
    }
}

const char *version()
{
    static const std::string text = std::string("Xapian ") + Xapian::version_string();
    return text.c_str();
}

void close_all(void *self)
{
    auto *e = static_cast<engine *>(self);
    delete e->writer;
    delete e->db;
    delete e;
}

// ---------------------------------------------------------------- building

ft_status create(void **self, const char *dir, ft_analyzer *an, ft_error *err)
{
    return guarded(err, [&] {
        setenv("XAPIAN_FLUSH_THRESHOLD", "100000", 1);
        auto *e = new engine;
        *self = e;
        e->dir = dir;
        e->writer = new index_writer{dir, an, Xapian::WritableDatabase(e->dir + "/unfinished", Xapian::DB_CREATE |
                                     Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC | Xapian::DB_NO_TERMLIST), "", ""};
        return FT_OK;
    });
}

struct adding {
    index_writer *w;
    Xapian::Document doc;
    Xapian::termpos base, last;
};

bool add_token(void *arg, const ft_token *token)
{
    auto *a = static_cast<adding *>(arg);
    a->w->term.assign(token->term.ptr, std::min(token->term.len, term_max));
    a->last = a->base + token->position;
    a->doc.add_posting(a->w->term, a->last);
    return true;
}

ft_status add(void *self, const ft_document *doc, ft_error *err)
{
    auto *w = static_cast<engine *>(self)->writer;
    return guarded(err, [&] {
        adding a{w, Xapian::Document(), 1, 0};
        ft_status st = ft_analyzer_run(w->an, doc->title.ptr, doc->title.len, add_token, &a);
        a.base = a.last + gap;
        if (st == FT_OK)
            st = ft_analyzer_run(w->an, doc->text.ptr, doc->text.len, add_token, &a);
        if (st != FT_OK)
            return ft_fail(err, st, "a document cannot be analysed");
        w->data.assign(doc->id.ptr, doc->id.len).append("\n");
        w->data.append(doc->title.ptr, doc->title.len).append("\n").append(doc->text.ptr, doc->text.len);
        a.doc.set_data(w->data);
        w->db.add_document(a.doc);
        return FT_OK;
    });
}

ft_status finish(void *self, ft_error *err)
{
    auto *e = static_cast<engine *>(self);
    return guarded(err, [&] {
        e->writer->db.commit();
        e->writer->db.compact(e->dir + "/db", Xapian::DBCOMPACT_NO_RENUMBER);
        e->writer->db.close();
        fs::remove_all(e->dir + "/unfinished");
        return FT_OK;
    });
}

// ---------------------------------------------------------------- asking

ft_status open_index(void **self, const char *dir, ft_error *err)
{
    return guarded(err, [&] {
        auto *e = new engine;
        *self = e;
        e->dir = dir;
        e->db = new Xapian::Database(e->dir + "/db");
        return FT_OK;
    });
}

Xapian::Query clause_query(const peer_clause &c)
{
    if (c.n_terms == 1)
        return Xapian::Query(term_of(c.terms[0]));
    std::vector<std::string> terms;
    for (size_t i = 0; i < c.n_terms; i++)
        terms.push_back(term_of(c.terms[i]));
    return Xapian::Query(Xapian::Query::OP_PHRASE, terms.begin(), terms.end(), Xapian::termcount(terms.size()));
}

// `ranks`: whether clauses that only add to the score matter.
Xapian::Query whole_query(const peer_query &q, bool ranks)
{
    std::vector<Xapian::Query> required, optional, excluded;
    for (size_t i = 0; i < q.n_clauses; i++) {
        const peer_clause &c = q.clauses[i];
        (c.sign == '+' ? required : c.sign == '-' ? excluded : optional).push_back(clause_query(c));
    }
    Xapian::Query any(Xapian::Query::OP_OR, optional.begin(), optional.end()), all = any;
    if (!required.empty()) {
        all = Xapian::Query(Xapian::Query::OP_AND, required.begin(), required.end());
        if (ranks && !optional.empty())
            all = Xapian::Query(Xapian::Query::OP_AND_MAYBE, all, any);
    }
    if (excluded.empty())
        return all;
    return Xapian::Query(Xapian::Query::OP_AND_NOT, all,
                         Xapian::Query(Xapian::Query::OP_OR, excluded.begin(), excluded.end()));
}

ft_status ask_index(void *self, const peer_ask *ask, const peer_query *query, int64_t *answer, ft_error *err)
{
    Xapian::Database &db = *static_cast<engine *>(self)->db;
    return guarded(err, [&] {
        // How many documents a term has stands in the index, as in all engines.
        if (ask->k == 0 && query->n_clauses == 1 && query->clauses[0].n_terms == 1) {
            *answer = db.get_termfreq(term_of(query->clauses[0].terms[0]));
            return FT_OK;
        }
        Xapian::Enquire enquire(db);
        enquire.set_query(whole_query(*query, ask->k > 0));
        if (ask->k > 0)
            enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0));
        else
            enquire.set_weighting_scheme(Xapian::BoolWeight());
        Xapian::MSet hits = enquire.get_mset(0, ask->k, ask->count ? db.get_doccount() : 0);
        *answer = hits.get_matches_estimated();
        if (ask->count && hits.get_matches_lower_bound() != hits.get_matches_upper_bound())
            return ft_fail(err, FT_EIO, "Xapian counted inexactly");
        return FT_OK;
    });
}

// ---------------------------------------------------------------- stats

ft_status take_stats(void *self, peer_stats *out, ft_error *err)
{
    auto *e = static_cast<engine *>(self);
    return guarded(err, [&] {
        out->documents = e->db->get_doccount();
        for (auto t = e->db->allterms_begin(); t != e->db->allterms_end(); ++t) {
            out->terms++;
            out->postings += t.get_termfreq();
            out->tokens += e->db->get_collection_freq(*t);
        }
        for (const auto &file : fs::directory_iterator(e->dir + "/db")) {
            const std::string name = file.path().filename();
            uint64_t &part = name == "postlist.glass" ? out->bytes_index : name == "position.glass" ?
                out->bytes_positions : name == "docdata.glass" ? out->bytes_stored : out->bytes_other;
            part += file.file_size();
        }
        return FT_OK;
    });
}

} // namespace

extern "C" const peer_adapter peer_this = {"peer-xapian", version,   create,     add,      finish,
                                           open_index,    ask_index, take_stats, close_all};
