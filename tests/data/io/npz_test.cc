#include "data/io/npz.h"

#include <sys/stat.h>

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::npz_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = NpyArray::Kind;

// A .npy put together by hand, byte by byte as NEP 1 says.
std::string Npy(const std::string& dict, const std::string& data, int version = 1) {
  std::string header = dict;
  while ((10 + header.size() + 1) % 16 != 0) header += ' ';
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes += static_cast<char>((header.size() >> (8 * i)) & 0xff);
  return bytes + header + data;
}

std::string Dict(const std::string& descr, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

NpyArray Parse(const std::string& bytes) { return ParseNpy(bytes, "a.npz", "key"); }

TEST(Npy, ReadsEveryNumberTypeAndByteOrder) {
  EXPECT_THAT(Parse(Npy(Dict("|i1", "(2,)"), Bytes({0xff, 2}))).ToInts(), ElementsAre(-1, 2));
  EXPECT_THAT(Parse(Npy(Dict("|u1", "(2,)"), Bytes({0xff, 2}))).ToInts(), ElementsAre(255, 2));
  EXPECT_THAT(Parse(Npy(Dict("|b1", "(2,)"), Bytes({1, 0}))).ToDoubles(), ElementsAre(1, 0));
  EXPECT_THAT(Parse(Npy(Dict("<i2", "(1,)"), Bytes({0xfe, 0xff}))).ToInts(), ElementsAre(-2));
  EXPECT_THAT(Parse(Npy(Dict(">i2", "(1,)"), Bytes({0xff, 0xfe}))).ToInts(), ElementsAre(-2));
  EXPECT_THAT(Parse(Npy(Dict(">u4", "(1,)"), Bytes({0, 0, 1, 2}))).ToInts(), ElementsAre(258));
  EXPECT_THAT(Parse(Npy(Dict(">i8", "(1,)"), Bytes({0, 0, 0, 0, 0, 0, 1, 2}))).ToInts(), ElementsAre(258));
  EXPECT_THAT(Parse(Npy(Dict("<u8", "(1,)"), Bytes({2, 1, 0, 0, 0, 0, 0, 0}))).ToInts(), ElementsAre(258));
  EXPECT_THAT(Parse(Npy(Dict("<f4", "(1,)"), Bytes({0, 0, 0xc0, 0xbf}))).ToDoubles(), ElementsAre(-1.5));
  EXPECT_THAT(Parse(Npy(Dict(">f8", "()"), Bytes({0xbf, 0xf8, 0, 0, 0, 0, 0, 0}))).ToDoubles(),
              ElementsAre(-1.5));
}

TEST(Npy, ReadsHalfPrecision) {
  // 1.5, -2, the smallest subnormal 2^-24, infinity, the largest 65504, not a number.
  const std::string data = Bytes({0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c, 0xff, 0x7b, 0x01, 0x7c});
  const std::vector<double> values = Parse(Npy(Dict("<f2", "(6,)"), data)).ToDoubles();
  EXPECT_EQ(values[0], 1.5);
  EXPECT_EQ(values[1], -2);
  EXPECT_EQ(values[2], std::ldexp(1.0, -24));
  EXPECT_EQ(values[3], INFINITY);
  EXPECT_EQ(values[4], 65504);
  EXPECT_TRUE(std::isnan(values[5]));
  EXPECT_THAT(Parse(Npy(Dict(">f2", "(1,)"), Bytes({0x3e, 0}))).ToDoubles(), ElementsAre(1.5));
}

TEST(Npy, ReordersFortranToC) {
  // Columns of [[0 1 2] [3 4 5]].
  const NpyArray two = Parse(Npy(Dict("|u1", "(2, 3)", "True"), Bytes({0, 3, 1, 4, 2, 5})));
  EXPECT_THAT(two.ToInts(), ElementsAre(0, 1, 2, 3, 4, 5));
  // Element (i, j, k) of shape (2, 1, 3) is 10 i + k; Fortran order runs i first.
  const NpyArray three = Parse(Npy(Dict("|u1", "(2, 1, 3)", "True"), Bytes({0, 10, 1, 11, 2, 12})));
  EXPECT_THAT(three.ToInts(), ElementsAre(0, 1, 2, 10, 11, 12));
  EXPECT_EQ(Parse(Npy(Dict("<f8", "(0, 3)", "True"), "")).size(), 0);
}

TEST(Npy, ReadsTextOfBothKindsAndOrders) {
  EXPECT_THAT(Parse(Npy(Dict("<U2", "(2,)"), Bytes({'a', 0, 0, 0, 0xf1, 0, 0, 0, 'b', 0, 0, 0, 0, 0, 0, 0})))
                  .ToStrings(),
              ElementsAre("a\xc3\xb1", "b"));
  EXPECT_THAT(Parse(Npy(Dict(">U1", "(1,)"), Bytes({0, 1, 0xd6, 0xfc}))).ToStrings(),
              ElementsAre("\xf0\x9d\x9b\xbc"));
  EXPECT_THAT(Parse(Npy(Dict("|S3", "(2,)"), Bytes({'a', 'b', 'c', 'd', 0, 0}))).ToStrings(),
              ElementsAre("abc", "d"));
  // A code point that does not exist, and a byte that is no UTF-8.
  EXPECT_THAT(Parse(Npy(Dict("<U1", "(1,)"), Bytes({0, 0xd8, 0, 0}))).ToStrings(),
              ElementsAre("\xef\xbf\xbd"));
  EXPECT_THAT(Parse(Npy(Dict("|S1", "(1,)"), Bytes({0xff}))).ToStrings(), ElementsAre("\xc3\xbf"));
}

TEST(Npy, ReadsHeadersOfAllVersionsAndOfPython2) {
  for (const int version : {1, 2, 3}) {
    EXPECT_THAT(Parse(Npy(Dict("|u1", "(2,)"), Bytes({7, 8}), version)).ToInts(), ElementsAre(7, 8))
        << version;
  }
  EXPECT_THAT(
      Parse(Npy("{\"shape\": (2L,), \"descr\": \"|u1\", \"fortran_order\": False}", Bytes({7, 8}))).ToInts(),
      ElementsAre(7, 8));
}

TEST(Npy, RefusesWhatItCannotReadWithItsOwnMessage) {
  const auto error = [](const std::string& bytes) { return ErrorOf([&] { Parse(bytes); }); };
  EXPECT_THAT(error(Npy(Dict("|O", "(1,)"), "12345678")),
              HasSubstr("a.npz: key: npy header: holds Python objects"));
  EXPECT_THAT(error(Npy(Dict("<c16", "(1,)"), "")), HasSubstr("'<c16' are not supported"));
  EXPECT_THAT(error(Npy(Dict("<f3", "(1,)"), "")), HasSubstr("'<f3' are not supported"));
  EXPECT_THAT(error(Npy(Dict("<U0", "(1,)"), "")), HasSubstr("'<U0' are not supported"));
  EXPECT_THAT(error(Npy(Dict("<U999999999", "(1,)"), "")), HasSubstr("are not supported"));
  EXPECT_THAT(error(Npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", "")),
              HasSubstr("structured elements"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(2,)"), "12345678")),
              HasSubstr("found 8 bytes of data, expected 16 for shape (2,)"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(1,)"), "123456789")), HasSubstr("found 9 bytes of data, expected 8"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(-1,)"), "")), HasSubstr("expected a length"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(99999999999999999999,)"), "")), HasSubstr("too large"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(4294967296, 4294967296)"), "")),
              HasSubstr("(4294967296, 4294967296) is too large"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(0, 4294967296, 4294967296)"), "")), HasSubstr("is too large"));
  EXPECT_THAT(error(Npy(Dict("<U1000000", "(70000000000000,)"), "")), HasSubstr("is too large"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(1,)", "Maybe"), "12345678")), HasSubstr("expected True or False"));
  EXPECT_THAT(error(Npy("{'descr': '<f8', }", "")), HasSubstr("expected the keys"));
  EXPECT_THAT(error(Npy("{'descr': '<f8', 'nested': {}}", "")), HasSubstr("unknown key 'nested'"));
  EXPECT_THAT(error(Npy("{'descr': '<f8", "")), HasSubstr("a string does not end"));
  EXPECT_THAT(error(Npy(Dict("<f8", "(1,)"), "12345678", 9)), HasSubstr("found version 9"));
  EXPECT_THAT(error("PK not an array"), HasSubstr("is not a .npy array"));
  EXPECT_THAT(error(""), HasSubstr("is not a .npy array"));
}

TEST(Npy, ConversionsRefuseWhatDoesNotFit) {
  const NpyArray text = NpyArray::FromString("hello");
  EXPECT_THAT(ErrorOf([&] { text.ToDoubles(); }), HasSubstr("holds text (<U5), expected numbers"));
  const double values[] = {1, 1.5, NAN};
  const NpyArray numbers = NpyArray::FromDoubles(values, {3});
  EXPECT_THAT(ErrorOf([&] { numbers.ToStrings(); }), HasSubstr("holds numbers (<f8), expected text"));
  EXPECT_THAT(ErrorOf([&] { numbers.ToInts(); }), HasSubstr("holds 1.5, expected whole numbers"));
  EXPECT_THAT(ErrorOf([&] { NpyArray::FromDoubles(values + 2, {1}).ToInts(); }), HasSubstr("holds nan"));
  EXPECT_THAT(ErrorOf([&] { Parse(Npy(Dict("<u8", "(1,)"), std::string(8, '\xff'))).ToInts(); }),
              HasSubstr("a.npz: key: holds 18446744073709551615, which is too large"));
}

TEST(Npy, SerializedFormIsAlignedAndReadsBack) {
  const std::int32_t values[] = {1, -2, 3};
  const std::string bytes = SerializeNpy(NpyArray::FromInt32(values, {3, 1}));
  EXPECT_EQ((bytes.size() - 12) % 64, 0u);
  const NpyArray array = Parse(bytes);
  EXPECT_EQ(array.DTypeName(), "<i4");
  EXPECT_EQ(array.ShapeName(), "(3, 1)");
  EXPECT_THAT(array.ToInts(), ElementsAre(1, -2, 3));
}

std::map<std::string, NpyArray> SomeArrays() {
  const double doubles[] = {1, 2.5, -3, 4, 5, 6};
  const float floats[] = {0.5f};
  const std::int8_t bytes[] = {1, 0, -1};
  const std::uint32_t unsigned_values[] = {0xffffffffu, 1};
  std::map<std::string, NpyArray> arrays;
  arrays["doubles"] = NpyArray::FromDoubles(doubles, {2, 3});
  arrays["empty"] = NpyArray::FromDoubles(nullptr, {0, 3});
  arrays["floats"] = NpyArray::FromFloats(floats, {1, 1, 1});
  arrays["int8"] = NpyArray::FromInt8(bytes, {3});
  arrays["kintree"] = NpyArray::FromUint32(unsigned_values, {2});
  arrays["names"] = NpyArray::FromStrings({"nose", "",
                                           "ma\xc3\xb1"
                                           "ana"});
  arrays["no_names"] = NpyArray::FromStrings({});
  arrays["one"] = NpyArray::FromString("openpose25");
  return arrays;
}

TEST(Npz, RoundTripKeepsEverything) {
  const TemporaryFolder folder;
  const std::map<std::string, NpyArray> arrays = SomeArrays();
  WriteNpz(folder / "a.npz", arrays);
  const NpzReader file(folder / "a.npz");
  EXPECT_EQ(file.Keys().size(), arrays.size());
  EXPECT_TRUE(file.Skipped().empty());
  for (const auto& [key, array] : arrays) {
    const NpyArray read = file.Read(key);
    EXPECT_EQ(read.DTypeName(), array.DTypeName()) << key;
    EXPECT_EQ(read.shape, array.shape) << key;
    EXPECT_EQ(read.bytes, array.bytes) << key;
  }
  EXPECT_THAT(file.Read("names").ToStrings(), ElementsAre("nose", "",
                                                          "ma\xc3\xb1"
                                                          "ana"));
}

TEST(Npz, SameArraysGiveSameBytesAndNothingIsLeftBeside) {
  const TemporaryFolder folder;
  WriteNpz(folder / "a.npz", SomeArrays());
  WriteNpz(folder / "b.npz", SomeArrays());
  WriteNpz(folder / "b.npz", SomeArrays());  // over an existing file
  EXPECT_TRUE(ReadFile(folder / "a.npz") == ReadFile(folder / "b.npz"));
  EXPECT_EQ(folder.NumFiles(), 2);
}

TEST(Npz, AnEmptyArchiveIsWrittenAndRead) {
  const TemporaryFolder folder;
  WriteNpz(folder / "a.npz", {});
  EXPECT_TRUE(NpzReader(folder / "a.npz").Keys().empty());
}

TEST(Npz, ChecksShapesAndNamesWhatIsThere) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  WriteNpz(path, SomeArrays());
  const NpzReader file(path);
  EXPECT_EQ(file.Read("doubles", {-1, 3}).size(), 6);
  EXPECT_THAT(ErrorOf([&] {
                file.Read("doubles", {-1, 4});
              }),
              HasSubstr("doubles: found shape (2, 3), expected (n, 4)"));
  EXPECT_THAT(ErrorOf([&] { file.Read("doubles", {-1}); }), HasSubstr("expected (n,)"));
  EXPECT_THAT(ErrorOf([&] { file.Read("poses"); }),
              HasSubstr(path + ": poses: is missing; the file has doubles, empty"));
}

TEST(Npz, SaysWhatIsWrongWithTheFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(ErrorOf([&] { NpzReader(folder / "none.npz"); }), HasSubstr("No such file"));
  EXPECT_THAT(ErrorOf([&] { NpzReader{folder.path()}; }), HasSubstr("is a folder"));
  WriteFileAtomically(folder / "text.npz", "hello");
  EXPECT_THAT(ErrorOf([&] { NpzReader(folder / "text.npz"); }), HasSubstr("Not a zip archive"));
  EXPECT_THAT(ErrorOf([&] { WriteNpz(folder / "no/such/folder.npz", SomeArrays()); }),
              HasSubstr("cannot be written"));
  // A pipe of the test's own stands for every device: were the guard broken, a real one would be renamed
  // over.
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf([&] { WriteNpz(folder / "pipe", SomeArrays()); }), HasSubstr("not a regular file"));
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
}

// Reads all there is; only InputError may come out of it.
void ReadEverything(const std::string& path) {
  const NpzReader file(path);
  for (const std::string& key : file.Keys()) {
    const NpyArray array = file.Read(key);
    if (array.kind == Kind::kText || array.kind == Kind::kBytes) {
      array.ToStrings();
    } else {
      array.ToDoubles();
    }
  }
}

TEST(Npz, SurvivesBeingCutAtEveryLength) {
  const TemporaryFolder folder;
  WriteNpz(folder / "a.npz", SomeArrays());
  const std::string whole = ReadFile(folder / "a.npz");
  int refused = 0;
  for (size_t length = 0; length < whole.size(); ++length) {
    WriteQuickly(folder / "cut.npz", whole.substr(0, length));
    refused += ErrorOf([&] { ReadEverything(folder / "cut.npz"); }).empty() ? 0 : 1;
  }
  EXPECT_EQ(refused, static_cast<int>(whole.size()));  // the directory is at the end, so every cut is found
}

TEST(Npz, SurvivesFlippedBytes) {
  const TemporaryFolder folder;
  WriteNpz(folder / "a.npz", SomeArrays());
  const std::string whole = ReadFile(folder / "a.npz");
  Rng rng(1);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(rng.Index(4));
    for (int i = 0; i < flips; ++i) bytes[rng.Index(bytes.size())] = static_cast<char>(rng.Index(256));
    WriteQuickly(folder / "flipped.npz", bytes);
    ErrorOf([&] { ReadEverything(folder / "flipped.npz"); });
  }
}

TEST(Npz, ChecksumsAreCompared) {
  const TemporaryFolder folder;
  const double values[] = {1, 2, 3};
  WriteNpz(folder / "a.npz", {{"x", NpyArray::FromDoubles(values, {3})}});
  std::string bytes = ReadFile(folder / "a.npz");
  const size_t at = bytes.find(std::string("\0\0\0\0\0\0\xf0\x3f", 8));  // 1.0
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 1;
  WriteFileAtomically(folder / "a.npz", bytes);
  EXPECT_THAT(ErrorOf([&] { NpzReader(folder / "a.npz").Read("x"); }),
              HasSubstr("a.npz: x: damaged: CRC error"));
}

TEST(Npz, ADeclaredSizeThatTheFileCannotHoldIsRefusedBeforeAllocating) {
  const TemporaryFolder folder;
  const double values[] = {1, 2, 3};
  WriteNpz(folder / "a.npz", {{"x", NpyArray::FromDoubles(values, {3})}});
  std::string bytes = ReadFile(folder / "a.npz");
  // Both sizes in the central directory say 2 GB.
  const size_t central = bytes.rfind("PK\x01\x02");
  for (const size_t field : {central + 20, central + 24}) bytes.replace(field, 4, "\xf0\xff\xff\x7f", 4);
  WriteFileAtomically(folder / "a.npz", bytes);
  const NpzReader file(folder / "a.npz");
  EXPECT_THAT(file.Skipped(), ElementsAre("x"));
  EXPECT_THAT(ErrorOf([&] { file.Read("x"); }), HasSubstr("bytes of archive cannot hold"));
}

TEST(Npz, ReadsWhatNumpyWrites) {
  if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  const TemporaryFolder folder;
  ASSERT_TRUE(RunPython(folder, R"(
import numpy as np
a = dict(f=np.asfortranarray(np.arange(24.).reshape(2, 3, 4)), h=np.array([1.5, -0.25], '>f2'),
         b=np.array([True, False]), u=np.array(['a', 'long'], '>U4'), s=np.array([b'x', b'yz']),
         o=np.array([{}, 1], object), c=np.zeros(2, complex), n=np.int8(-3), zeros=np.zeros((1000, 1000)),
         empty=np.zeros((0, 72)), kin=np.array([[2**32 - 1, 0], [0, 1]], np.uint32))
np.savez('stored.npz', **a)
np.savez_compressed('deflated.npz', **a)
)"));
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const NpzReader file(folder / name);
    std::vector<double> expected(24);
    for (int i = 0; i < 24; ++i) expected[i] = i;
    EXPECT_EQ(file.Read("f", {2, 3, 4}).ToDoubles(), expected) << name;
    EXPECT_THAT(file.Read("h").ToDoubles(), ElementsAre(1.5, -0.25));
    EXPECT_THAT(file.Read("b").ToInts(), ElementsAre(1, 0));
    EXPECT_THAT(file.Read("u").ToStrings(), ElementsAre("a", "long"));
    EXPECT_THAT(file.Read("s").ToStrings(), ElementsAre("x", "yz"));
    EXPECT_THAT(file.Read("n", {}).ToInts(), ElementsAre(-3));
    EXPECT_THAT(file.Read("kin").ToInts(), ElementsAre(4294967295, 0, 0, 1));
    EXPECT_EQ(file.Read("zeros").size(), 1000000);
    EXPECT_EQ(file.Read("empty").ShapeName(), "(0, 72)");
    EXPECT_THAT(file.Skipped(), ElementsAre("o", "c"));
    EXPECT_FALSE(file.Has("o"));
    EXPECT_THAT(ErrorOf([&] { file.Read("o"); }),
                HasSubstr("o: npy header: holds Python objects, which are never opened"));
  }
}

TEST(Npz, NumpyReadsWhatIsWritten) {
  if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  const TemporaryFolder folder;
  WriteNpz(folder / "a.npz", SomeArrays());
  EXPECT_TRUE(RunPython(folder, R"(
import numpy as np
z = np.load('a.npz', allow_pickle=False)
assert z['doubles'].dtype == '<f8' and z['doubles'].tolist() == [[1, 2.5, -3], [4, 5, 6]]
assert z['empty'].shape == (0, 3) and z['floats'].shape == (1, 1, 1) and z['floats'].dtype == '<f4'
assert z['int8'].tolist() == [1, 0, -1] and z['kintree'].tolist() == [2**32 - 1, 1]
assert z['names'].tolist() == ['nose', '', 'ma\u00f1ana'] and z['no_names'].shape == (0,)
assert str(z['one']) == 'openpose25' and z['one'].shape == ()
)"));
}

TEST(AtomicFile, ReadsAndRefuses) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "a", "hello");
  EXPECT_EQ(ReadFile(folder / "a"), "hello");
  EXPECT_THAT(ErrorOf([&] { ReadFile(folder / "a", 4); }), HasSubstr("has 5 bytes, at most 4"));
  EXPECT_THAT(ErrorOf([&] { ReadFile(folder / "b"); }), HasSubstr("cannot be opened"));
  EXPECT_THAT(ErrorOf([&] { ReadFile(folder.path()); }), HasSubstr("is a folder"));
  EXPECT_THAT(ErrorOf([&] { WriteFileAtomically(folder / "no/b", "x"); }), HasSubstr("cannot be written"));
  EXPECT_THAT(ErrorOf([&] { WriteFileAtomically(folder.path(), "x"); }), HasSubstr("not a regular file"));
  EXPECT_EQ(folder.NumFiles(), 1);
  EXPECT_FALSE(ReadFile("/proc/self/status").empty());  // says it has no bytes, and has some
}

}  // namespace
}  // namespace vitruvius::npz_test
