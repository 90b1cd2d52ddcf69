// Pickles written by hand, byte by byte: no Python is needed.
#include "data/io/pickle.h"

#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/named_arrays.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::pickle_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = PickleValue::Kind;

// Literals with zeros in them.
#define BYTES(literal) std::string(literal, sizeof(literal) - 1)

// Protocol 0 as Python 2 wrote it: {'means': array([[1.0], [2.0]]), 'flag': True, 'name': 'a\nb', 'n': 7L}.
const std::string kProtocol0 =
    "(dp1\nS'means'\np2\ncnumpy.core.multiarray\n_reconstruct\np3\n(cnumpy\nndarray\np4\n(I0\ntp5\nS'b'"
    "\np6\ntp7\n"
    "Rp8\n(I1\n(I2\nI1\ntp9\ncnumpy\ndtype\np10\n(S'f8'\np11\nI0\nI1\ntp12\nRp13\n(I3\nS'<'\np14\nNNNI-1\nI-"
    "1\n"
    "I0\ntp15\nbI00\nS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf0?\\x00\\x00\\x00\\x00\\x00\\x00\\x00@'"
    "\np16\ntp17\nbs"
    "S'flag'\np18\nI01\nsS'name'\np19\nS'a\\nb'\np20\nsS'n'\np21\nL7L\ns.";

// An array in protocol 2: the opcodes that leave it on the stack.
std::string ArrayCode(const std::string& dtype, char order, const std::string& shape, bool fortran_order,
                      const std::string& bytes) {
  const std::uint32_t size = static_cast<std::uint32_t>(bytes.size());
  std::string length(4, '\0');
  std::memcpy(length.data(), &size, 4);
  return BYTES("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01") + "b\x87R(K\x01" +
         shape + "cnumpy\ndtype\nU" + static_cast<char>(dtype.size()) + dtype +
         BYTES("K\x00K\x01\x87R(K\x03U\x01") + order + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff" +
         BYTES("K\x00tb") + (fortran_order ? "\x88" : "\x89") + "T" + length + bytes + "tb";
}
std::string Ints(const std::vector<std::int32_t>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return ArrayCode("i4", '<', std::string("K") + static_cast<char>(values.size()) + "\x85", false, bytes);
}
std::string Member(const std::string& key, const std::string& code) {
  return std::string("U") + static_cast<char>(key.size()) + key + code + "s";
}
// An object without arguments whose __dict__ is set.
std::string Object(const std::string& module, const std::string& name, const std::string& members) {
  return "c" + module + "\n" + name + "\n)\x81}" + members + "b";
}
std::string Protocol2(const std::string& code) { return "\x80\x02" + code + "."; }

class PickleFile : public ::testing::Test {
 protected:
  Pickle Load(const std::string& bytes) {
    WriteQuickly(folder_ / "a.pkl", bytes);
    return LoadPickle(folder_ / "a.pkl");
  }
  std::string ErrorWith(const std::string& bytes) {
    return ErrorOf([&] { Load(bytes); });
  }
  const TemporaryFolder folder_;
};

TEST_F(PickleFile, Protocol0OfPython2) {
  const Pickle file = Load(kProtocol0);
  const PickleValue& root = file.root();
  ASSERT_EQ(root.kind, Kind::kDict);
  ASSERT_NE(root.Find("means"), nullptr);
  EXPECT_THAT(root.Find("means")->array->ToDoubles(), ElementsAre(1, 2));
  EXPECT_EQ(root.Find("means")->array->ShapeName(), "(2, 1)");
  EXPECT_EQ(root.Find("flag")->kind, Kind::kBool);
  EXPECT_EQ(root.Find("flag")->integer, 1);
  EXPECT_EQ(root.Find("name")->Text(), "a\nb");
  EXPECT_EQ(root.Find("n")->integer, 7);
  EXPECT_EQ(root.Find("none"), nullptr);
}

TEST_F(PickleFile, CrlfIsNamed) {
  std::string damaged;
  for (const char c : kProtocol0) damaged += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_THAT(ErrorWith(damaged),
              HasSubstr("a.pkl: byte 2: the file looks like it was converted to CRLF line ends"));
  EXPECT_THAT(ErrorWith("S'a'\r\n."), HasSubstr("converted to CRLF"));
  EXPECT_THAT(ErrorWith("N\r\n."), HasSubstr("converted to CRLF"));
}

TEST_F(PickleFile, PlainValues) {
  const auto integer = [&](const std::string& code) { return Load(code + ".").root().integer; };
  EXPECT_EQ(integer("I-12\n"), -12);
  EXPECT_EQ(integer("L-9223372036854775808L\n"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer("J\xfe\xff\xff\xff"), -2);
  EXPECT_EQ(integer("K\xff"), 255);
  EXPECT_EQ(integer("M\xff\xff"), 65535);
  EXPECT_EQ(integer(BYTES("\x8a\x05\xff\xff\xff\xff\x00")), 4294967295);
  EXPECT_EQ(integer("\x8a\x02\x01\xff"), -255);
  EXPECT_EQ(integer(BYTES("\x8a\x00")), 0);
  EXPECT_THAT(ErrorWith(BYTES("\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.")),
              HasSubstr("more than 64 bits"));
  EXPECT_THAT(ErrorWith("L9223372036854775808L\n."), HasSubstr("at most 64 bits"));
  EXPECT_EQ(Load("F-1.5\n.").root().real, -1.5);
  EXPECT_EQ(Load(BYTES("G?\xf8\x00\x00\x00\x00\x00\x00.")).root().real, 1.5);
  EXPECT_EQ(Load("V\\u0394\xe9\\\\x\n.").root().Text(), "\u0394\u00e9\\\\x");
  EXPECT_EQ(Load("V\xe9\\u000a\n.").root().Text(), "\u00e9\n");
  EXPECT_EQ(Load("S\"it's \\x41\\101\\t\\q\\\\\"\n.").root().Text(), "it's AA\t\\q\\");
  EXPECT_EQ(Load(BYTES("c_codecs\nencode\n(X\x04\x00\x00\x00\xc3\xa9\xc2\x80U\x06latin1tR.")).root().bytes,
            (std::vector<unsigned char>{0xe9, 0x80}));
  EXPECT_THAT(ErrorWith(BYTES("c_codecs\nencode\n(X\x02\x00\x00\x00\xce\x94U\x06latin1tR.")),
              HasSubstr("Latin-1"));
  EXPECT_EQ(Load("c__builtin__\nset\n((K\x01K\x02ltR.").root().items.size(), 2u);
  EXPECT_EQ(Load("(K\x01K\x02K\x03t.").root().items[2]->integer, 3);
}

TEST_F(PickleFile, ChumpySelectAndSparseAreTheirValues) {
  const std::string values = Ints({10, 11, 12, 13, 14, 15});
  const Pickle ch = Load(Protocol2(Object("chumpy.ch", "Ch", Member("x", values) + Member("_itr", "N"))));
  EXPECT_THAT(ch.root().array->ToInts(), ElementsAre(10, 11, 12, 13, 14, 15));

  const auto select = [&](const std::string& idxs, const std::string& shape) {
    return Protocol2(Object("chumpy.reordering", "Select",
                            Member("a", Object("chumpy.ch", "Ch", Member("x", values))) +
                                Member("idxs", idxs) + Member("preferred_shape", shape)));
  };
  const Pickle picked = Load(select(Ints({5, 0, -2, 1}), "K\x02K\x02\x86"));
  EXPECT_THAT(picked.root().array->ToInts(), ElementsAre(15, 10, 14, 11));
  EXPECT_EQ(picked.root().array->ShapeName(), "(2, 2)");
  EXPECT_THAT(ErrorWith(select(Ints({6}), "K\x01\x85")), HasSubstr("Select: picks 6 of 6 numbers"));
  EXPECT_THAT(ErrorWith(select(Ints({1}), "K\x02\x85")), HasSubstr("picks 1 numbers for the shape (2,)"));

  const auto csc = [&](const std::string& indices, const std::string& starts) {
    return Protocol2(Object("scipy.sparse.csc", "csc_matrix",
                            Member("data", Ints({7, 8, 9})) + Member("indices", indices) +
                                Member("indptr", starts) + Member("_shape", "K\x02K\x03\x86")));
  };
  const Pickle sparse = Load(csc(Ints({0, 1, 1}), Ints({0, 1, 1, 3})));
  EXPECT_THAT(sparse.root().sparse->row, ElementsAre(0, 1, 1));
  EXPECT_THAT(sparse.root().sparse->col, ElementsAre(0, 2, 2));
  EXPECT_THAT(sparse.root().sparse->value, ElementsAre(7, 8, 9));
  EXPECT_THAT(ErrorWith(csc(Ints({0, 1, 2}), Ints({0, 1, 1, 3}))),
              HasSubstr("2 x 3 with an entry at (2, 2)"));
  EXPECT_THAT(ErrorWith(csc(Ints({0, 1, 1}), Ints({0, 1, 3}))), HasSubstr("with 3 starts, expected 3 + 1"));
  EXPECT_THAT(ErrorWith(csc(Ints({0, 1, 1}), Ints({0, 2, 1, 3}))), HasSubstr("do not ascend"));
  EXPECT_THAT(ErrorWith(csc(Ints({0, 1, 1}), Ints({0, 1, 1, 4}))), HasSubstr("do not ascend"));
  EXPECT_THAT(ErrorWith(csc(Ints({0, 1}), Ints({0, 1, 1, 3}))), HasSubstr("fewer indices"));
}

TEST_F(PickleFile, ClassesAreKnownWhereverTheirLibraryKeepsThem) {
  const std::string members = Member("data", Ints({7, 8})) + Member("indices", Ints({0, 1})) +
                              Member("indptr", Ints({0, 1, 1, 2})) + Member("_shape", "K\x02K\x03\x86");
  for (const std::string module :
       {"scipy.sparse", "scipy.sparse.csc", "scipy.sparse._csc", "scipy.sparse._arrays"}) {
    const Pickle file = Load(Protocol2(Object(module, "csc_array", members)));
    EXPECT_THAT(file.root().sparse->col, ElementsAre(0, 2)) << module;
  }
  for (const std::string module : {"scipy.sparser", "os.scipy.sparse", "scipy"}) {
    EXPECT_THAT(ErrorWith(Protocol2(Object(module, "csc_array", members))), HasSubstr("not among those"));
  }
  for (const std::string name : {"numpy\nmatrix", "numpy.matrixlib.defmatrix\nmatrix", "numpy\nmemmap"}) {
    std::string code = ArrayCode("i1", '|', "K\x01K\x02\x86", false, "\x03\x04");
    code.replace(code.find("numpy\nndarray"), std::strlen("numpy\nndarray"), name);
    EXPECT_THAT(Load(Protocol2(code)).root().array->ToInts(), ElementsAre(3, 4)) << name;
  }
}

TEST_F(PickleFile, SparseRowsOfListsAreTheirEntries) {
  const auto lil = [](const std::string& columns, const std::string& values) {
    return Protocol2(
        Object("scipy.sparse._lil", "lil_matrix",
               Member("rows", columns) + Member("data", values) + Member("_shape", "K\x02K\x03\x86")));
  };
  const auto list = [](const std::vector<std::string>& items) {
    std::string code = "](";
    for (const std::string& item : items) code += item;
    return code + "e";
  };
  const auto number = [](char value) { return std::string("K") + value; };
  const std::string second = list({number(0), number(1)}),
                    values = list({list({number(7)}), list({number(8), number(9)})});
  const Pickle file = Load(lil(list({list({number(2)}), second}), values));
  EXPECT_THAT(file.root().sparse->row, ElementsAre(0, 1, 1));
  EXPECT_THAT(file.root().sparse->col, ElementsAre(2, 0, 1));
  EXPECT_THAT(file.root().sparse->value, ElementsAre(7, 8, 9));
  EXPECT_THAT(ErrorWith(lil(list({list({number(3)}), second}), values)),
              HasSubstr("2 x 3 with an entry at (0, -1)"));
  EXPECT_THAT(ErrorWith(lil(list({list({number(2)}), list({number(0)})}), values)),
              HasSubstr("row 1 has not as many columns"));
  EXPECT_THAT(ErrorWith(lil(list({second}), values)), HasSubstr("not those of 2 rows"));
  EXPECT_THAT(ErrorWith(lil(list({list({"N"}), second}), values)),
              HasSubstr("found None in a sparse matrix"));
}

TEST_F(PickleFile, OrderedAndDefaultDictsAreDicts) {
  const std::string items =
      "(U\x01"
      "aK\x05u";
  for (const std::string& made :
       {std::string("ccollections\nOrderedDict\n)R"), std::string("ccollections\nOrderedDict\n(]tR"),
        std::string("ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R"),
        std::string("ccollections\ndefaultdict\nN\x85R")}) {
    const Pickle file = Load(Protocol2(made + items));
    ASSERT_EQ(file.root().kind, Kind::kDict) << made;
    EXPECT_EQ(file.root().Find("a")->integer, 5) << made;
  }
  // As Python 2 wrote it: with all its pairs.
  EXPECT_EQ(Load(Protocol2("ccollections\nOrderedDict\n(]](U\x01"
                           "bK\x07"
                           "eatR"))
                .root()
                .Find("b")
                ->integer,
            7);
  EXPECT_THAT(ErrorWith(Protocol2("ccollections\nOrderedDict\n(]K\x01"
                                  "atR")),
              HasSubstr("OrderedDict of no pairs"));
  EXPECT_THAT(ErrorWith(Protocol2("c__builtin__\nlist\n)R")), HasSubstr("makes none"));
}

TEST_F(PickleFile, ArraysOfAnyOrder) {
  const auto array = [&](const std::string& code) { return Load(Protocol2(code)).root().array; };
  const std::string big = BYTES("\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06");
  EXPECT_THAT(array(ArrayCode("i2", '>', "K\x02K\x03\x86", false, big))->ToInts(),
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(array(ArrayCode("i2", '>', "K\x02K\x03\x86", true, big))->ToInts(),
              ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(ErrorWith(Protocol2(ArrayCode("i2", '>', "K\x02K\x04\x86", false, big))),
              HasSubstr("array of shape (2, 4) and type >i2: found 12 bytes, expected 16"));
  EXPECT_THAT(ErrorWith(Protocol2(ArrayCode("c16", '<', "K\x01\x85", false, big))),
              HasSubstr("elements of type '<c16' are not supported"));
  EXPECT_THAT(ErrorWith(Protocol2(ArrayCode("i2", '<', "J\xff\xff\xff\xff\x85", false, ""))),
              HasSubstr("shape"));
}

TEST_F(PickleFile, OtherClassesAreRefusedByName) {
  for (const std::string& code : {BYTES("cos\nsystem\n(S'true'\ntR."), BYTES("(S'true'\nios\nsystem\n."),
                                  BYTES("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R."),
                                  BYTES("(cos\nsystem\nS'true'\no.")}) {
    EXPECT_THAT(ErrorWith(code), HasSubstr("the class os.system, which is not among those")) << code;
  }
  EXPECT_THAT(ErrorWith("c__builtin__\neval\n."), HasSubstr("__builtin__.eval"));
  EXPECT_THAT(ErrorWith("cnumpy\nsave\n."), HasSubstr("numpy.save"));
  EXPECT_THAT(ErrorWith("cnumpy\nndarray\n."), HasSubstr("no value but a class"));
  EXPECT_THAT(ErrorWith("cnumpy\nndarray\n)R)b."), HasSubstr("state that is none"));
  EXPECT_THAT(ErrorWith("K\x01)R."), HasSubstr("a call of an integer"));
  EXPECT_THAT(ErrorWith("Pxyz\n."), HasSubstr("outside it"));
  EXPECT_THAT(ErrorWith("\x80\x06N."), HasSubstr("protocol 6"));
  EXPECT_THAT(ErrorWith("<html>"), HasSubstr("byte 0: is not a Python pickle"));
  EXPECT_THAT(ErrorWith(""), HasSubstr("ends early"));
  EXPECT_THAT(ErrorOf([&] { LoadPickle(folder_.path()); }), HasSubstr("is not a file"));
}

TEST_F(PickleFile, HostileSizesCostNothing) {
  EXPECT_THAT(ErrorWith(BYTES("\x80\x04\x8e\x00\x00\x00\x00\x00\x00\x00\x40.")),
              HasSubstr("bytes are announced"));
  EXPECT_THAT(ErrorWith(Protocol2(
                  ArrayCode("f8", '<', BYTES("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x10\x85"), false, ""))),
              HasSubstr("is too large"));
  // A million lists in each other, and one that holds itself.
  EXPECT_EQ(Load(std::string(1000000, ']') + std::string(999999, 'a') + ".").root().items.size(), 1u);
  const Pickle own = Load(BYTES("]q\x00h\x00") + "a.");
  EXPECT_EQ(own.root().items[0], &own.root());
  // Each tuple twice in the next: as a tree it would have 2^60 leaves.
  std::string laughs = "N";
  for (int i = 0; i < 60; ++i) laughs += "2\x86";
  EXPECT_EQ(Load(laughs + ".").root().items.size(), 2u);
  EXPECT_THAT(ErrorWith(std::string(5000000, ']') + "."), HasSubstr("more than 4000000"));
  EXPECT_THAT(ErrorWith(std::string(5000000, '(') + "."), HasSubstr("more than 4000000"));
  EXPECT_THAT(ErrorWith("N" + std::string(5000000, '2') + "."), HasSubstr("more than 4000000"));
  // Ten bytes a copy of what came before.
  const std::string picks = ArrayCode("i1", '|', BYTES("M\x00\x10\x85"), false, std::string(4096, '\0'));
  std::string copies = picks + "q\x01" + "0";
  for (int i = 0; i < 10000; ++i) {
    copies += Object("chumpy.reordering", "Select", Member("a", "h\x01") + Member("idxs", "h\x01")) + "0";
  }
  EXPECT_THAT(ErrorWith(Protocol2(copies + "N")), HasSubstr("far more memory than its size justifies"));
}

TEST_F(PickleFile, TruncatedAnywhereAndDamagedAnyhowItEndsInAnError) {
  const std::string protocol2 =
      Protocol2(Object("scipy.sparse._csr", "csr_matrix",
                       Member("data", Ints({7, 8, 9})) + Member("indices", Ints({0, 1, 1})) +
                           Member("indptr", Ints({0, 1, 3})) + Member("_shape", "K\x02K\x03\x86") +
                           Member("x", Object("chumpy.ch", "Ch", Member("x", Ints({1}))))));
  std::mt19937 random(1);
  for (const std::string& whole : {kProtocol0, protocol2}) {
    Load(whole);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_NE(ErrorWith(whole.substr(0, size)), "") << size;
    }
    int errors = 0;
    for (int round = 0; round < 3000; ++round) {
      std::string damaged = whole;
      for (int flip = 0; flip <= round % 3; ++flip)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      errors += ErrorWith(damaged).empty() ? 0 : 1;  // anything but InputError ends the test
    }
    EXPECT_GT(errors, 1500);
  }
}

TEST_F(PickleFile, NamedArraysTellWhatIsThere) {
  WriteQuickly(folder_ / "a.pkl", kProtocol0);
  const auto file = OpenNamedArrays(folder_ / "a.pkl");
  EXPECT_TRUE(file->Has("means"));
  EXPECT_FALSE(file->Has("flag"));
  EXPECT_TRUE(file->Names("flag"));
  EXPECT_EQ(file->Read("means", {-1, 1})->origin, folder_ / "a.pkl: means");
  EXPECT_THAT(file->ReadTexts("name"), ElementsAre("a\nb"));
  EXPECT_THAT(ErrorOf([&] {
                file->Read("means", {-1, 3});
              }),
              HasSubstr("a.pkl: means: found shape (2, 1), expected (n, 3)"));
  EXPECT_THAT(ErrorOf([&] { file->Read("flag", {}); }),
              HasSubstr("a.pkl: flag: is a bool, expected an array"));
  EXPECT_THAT(ErrorOf([&] { file->Read("x", {}); }),
              HasSubstr("a.pkl: x: is missing; the file has flag, means, n, name"));
  WriteQuickly(folder_ / "b.pkl", "N.");
  EXPECT_THAT(ErrorOf([&] { OpenNamedArrays(folder_ / "b.pkl"); }),
              HasSubstr("b.pkl: holds None, expected a dict"));
}

}  // namespace
}  // namespace vitruvius::pickle_test
