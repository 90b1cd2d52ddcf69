// Pickles written by Python, of the classes in models as downloaded, against the .npz of the same arrays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/body_file.h"
#include "data/io/named_arrays.h"
#include "data/io/pickle.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::pickle_python_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Stand-ins for scipy.sparse and chumpy, which pickle as the real ones do: their module, their name, their
// __dict__. `Py2` writes str as Python 2 does.
const char kStandIns[] = R"(
import collections, io, pickle, sys, types
import numpy as np

def stand_in(module, name):
    parts = module.split('.')
    for i in range(len(parts)):
        path = '.'.join(parts[:i + 1])
        if path not in sys.modules or not isinstance(sys.modules[path], types.ModuleType):
            sys.modules[path] = types.ModuleType(path)
    cls = type(name, (object,), {'__module__': module})
    setattr(sys.modules[module], name, cls)
    return cls

class Py2(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)
    def save_str2(self, obj):
        data = obj.encode('latin1') if isinstance(obj, str) else obj
        if not self.bin:
            self.write(b'S' + repr(data)[1:].encode() + b'\n')
        elif len(data) < 256:
            self.write(b'U' + bytes([len(data)]) + data)
        else:
            self.write(b'T' + len(data).to_bytes(4, 'little') + data)
        self.memoize(obj)
    dispatch[bytes] = dispatch[str] = save_str2

def dumps2(value, protocol):
    out = io.BytesIO()
    Py2(out, protocol).dump(value)
    return out.getvalue()

def make(cls, **members):
    value = cls()
    value.__dict__.update(members)
    return value

def compressed(dense, by_column):  # as scipy has it, with int32 indices
    m = dense.T if by_column else dense
    starts = np.concatenate([[0], np.cumsum((m != 0).sum(1))]).astype(np.int32)
    return dict(data=m[m != 0], indices=np.nonzero(m)[1].astype(np.int32), indptr=starts, _shape=dense.shape, maxprint=50)

def coo(dense):
    row, col = (i.astype(np.int32) for i in np.nonzero(dense))
    return dict(data=dense[row, col], row=row, col=col, _shape=dense.shape)

rng = np.random.default_rng(1)
V, J, B = 40, 24, 10
regressor = rng.random((J, V)) * (rng.random((J, V)) < 0.2)
regressor[:, 0] += 0.1
regressor /= regressor.sum(1, keepdims=True)
weights = rng.random((V, J)) * (rng.random((V, J)) < 0.2)
weights[:, 3] += 0.1
weights /= weights.sum(1, keepdims=True)
parents = [2**32 - 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
body = dict(v_template=rng.standard_normal((V, 3)), shapedirs=rng.standard_normal((V, 3, B)),
            posedirs=rng.standard_normal((V, 3, 9 * (J - 1))), J_regressor=regressor, weights=weights,
            kintree_table=np.array([parents, range(J)], np.uint32),
            f=rng.integers(0, V, (60, 3)).astype(np.uint32))
)";

class PickleFromPython : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  }
  void ExpectSameBody(const std::string& name) {
    SCOPED_TRACE(name);
    const auto expected = LoadBodyModel(folder_ / "body.npz");
    const auto found = LoadBodyModel(folder_ / name);
    EXPECT_EQ(found->v_template(), expected->v_template());
    EXPECT_EQ(found->shapedirs(), expected->shapedirs());
    EXPECT_EQ(found->posedirs(), expected->posedirs());
    EXPECT_EQ(found->faces(), expected->faces());
    EXPECT_EQ(found->parents(), expected->parents());
    EXPECT_EQ(found->joint_names(), expected->joint_names());
    EXPECT_EQ(RowMatrixXd(found->weights()), RowMatrixXd(expected->weights()));
    EXPECT_EQ(RowMatrixXd(found->joint_regressor()), RowMatrixXd(expected->joint_regressor()));
    EXPECT_GT(expected->num_betas() * expected->posedirs().size(), 0);
  }
  const TemporaryFolder folder_;
};

TEST_F(PickleFromPython, EveryProtocolAndClassGivesTheBodyOfTheNpz) {
  ASSERT_TRUE(RunPython(folder_, kStandIns + std::string(R"(
np.savez('body.npz', **body)
Ch, Select = stand_in('chumpy.ch', 'Ch'), stand_in('chumpy.reordering', 'Select')
wide = rng.standard_normal((V, 3, 2 * B))
wide[:, :, 3:3 + B] = body['shapedirs']
idxs = np.arange(wide.size).reshape(wide.shape)[:, :, 3:3 + B].ravel()
variants = {
    'arrays': body,
    'fortran': {k: np.asfortranarray(a) for k, a in body.items()},
    'big': {k: a.astype(a.dtype.newbyteorder('>')) for k, a in body.items()},
    'ch': dict(body, v_template=make(Ch, x=body['v_template'], _itr=None, _dirty_vars=set(), _parents={}),
               shapedirs=make(Ch, x=body['shapedirs']), posedirs=make(Ch, x=np.asfortranarray(body['posedirs'])),
               pose_training_info={'gender': 'f', 'n': np.float64(2), 'c': 1j}, bs_style='lbs', bs_type='lrotmin',
               empty=b'', names=np.array(['a', None], object), J=np.zeros((J, 3)), frozen=frozenset([1]),
               buffer=bytearray(b'ab')),
    'select': dict(body, shapedirs=make(Select, a=make(Ch, x=wide), idxs=idxs, preferred_shape=(V, 3, B), dr_lock=[])),
}
for module in ('scipy.sparse.%s', 'scipy.sparse._%s'):
    for kind in ('csc', 'csr', 'coo'):
        cls = stand_in(module % kind, kind + '_matrix')
        members = (lambda m: coo(m)) if kind == 'coo' else (lambda m, kind=kind: compressed(m, kind == 'csc'))
        variants[(module % kind).replace('.', '-')] = dict(
            body, J_regressor=make(cls, **members(regressor)), weights=make(cls, **members(weights)))
for module, kind in (('_arrays', 'csc'), ('_arrays', 'csr'), ('_arrays', 'coo'), ('_csc', 'csc'), ('_coo', 'coo')):
    cls = stand_in('scipy.sparse.' + module, kind + '_array')
    members = coo if kind == 'coo' else (lambda m, kind=kind: compressed(m, kind == 'csc'))
    variants[f'scipy-sparse-{module}-{kind}_array'] = dict(
        body, J_regressor=make(cls, **members(regressor)), weights=make(cls, **members(weights)))
def lil(dense):
    rows, data = np.empty(len(dense), object), np.empty(len(dense), object)
    for i, row in enumerate(dense):
        rows[i], data[i] = list(np.nonzero(row)[0].tolist()), [np.float64(x) for x in row if x != 0]
    return dict(rows=rows, data=data, _shape=dense.shape, dtype=dense.dtype)
for module, name in (('scipy.sparse.lil', 'lil_matrix'), ('scipy.sparse._lil', 'lil_array')):
    cls = stand_in(module, name)
    variants[name] = dict(body, J_regressor=make(cls, **lil(regressor)), weights=make(cls, **lil(weights)))
variants['ordered'] = collections.OrderedDict(body)
variants['ordered_within'] = dict(body, pose_training_info=collections.OrderedDict(gender='f'))
variants['default'] = collections.defaultdict(list, body)
variants['default_no_factory'] = collections.defaultdict(None, body)
variants['matrix'] = dict(body, J_regressor=np.matrix(regressor), weights=np.matrix(weights), f=np.matrix(body['f']))
for root in (2**64 - 1, 0, 2**63):
    variants[f'root{root}'] = dict(body, kintree_table=np.array([[root] + parents[1:], range(J)], np.uint64))
variants['root_small'] = dict(body, kintree_table=np.array([[255] + parents[1:], range(J)], np.uint8))
variants['root_float'] = dict(body, kintree_table=np.array([parents, range(J)], np.float32))
variants['root_minus'] = dict(body, kintree_table=np.array([[-1] + parents[1:], range(J)]))
for name, value in variants.items():
    for protocol in range(6):
        open(f'{name}_{protocol}.pkl', 'wb').write(pickle.dumps(value, protocol))
    for protocol in range(3):
        open(f'{name}_py2_{protocol}.pkl', 'wb').write(dumps2(value, protocol))
assert b'numpy.core.multiarray' in pickle.dumps(body, 2)
open('numpy2.pkl', 'wb').write(pickle.dumps(body, 2).replace(b'cnumpy.core.', b'cnumpy._core.'))
)")));
  int num_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().extension() != ".pkl") continue;
    ExpectSameBody(entry.path().filename().string());
    ++num_files;
  }
  EXPECT_EQ(num_files, 29 * 9 + 1);
}

TEST_F(PickleFromPython, ABodyThatWasLoadedIsWrittenAsNpz) {
  ASSERT_TRUE(RunPython(folder_, kStandIns + std::string(R"(
np.savez('body.npz', **body)
pickle.dump(dict(body, gender='male', name=np.array('stick'), joint_names=['j%d' % i for i in range(J)]),
            open('SMPL_X.pkl', 'wb'))
)")));
  const auto body = LoadBodyModel(folder_ / "SMPL_X.pkl");
  EXPECT_EQ(body->gender(), "male");
  EXPECT_EQ(body->name(), "stick");
  EXPECT_EQ(body->joint_names()[23], "j23");
  SaveBodyModel(folder_ / "out.npz", *body);
  const auto back = LoadBodyModel(folder_ / "out.npz");
  EXPECT_EQ(back->v_template(), body->v_template());
  EXPECT_EQ(RowMatrixXd(back->joint_regressor()), RowMatrixXd(body->joint_regressor()));
}

TEST_F(PickleFromPython, EveryTypeOfArrayIsThatOfTheNpz) {
  ASSERT_TRUE(RunPython(folder_, kStandIns + std::string(R"(
arrays = {}
for letter in ['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', '?']:
    for order in '<>':
        t = np.dtype(letter).newbyteorder(order)
        a = (rng.random((3, 4, 5)) * 100).astype(t)
        arrays.update({letter + order: a, letter + order + 'F': np.asfortranarray(a), letter + order + 's': a[::2, 1:, ::-1],
                       letter + order + '1': a[0, 0], letter + order + '0': a[0, 0, :0], letter + order + 'scalar': a[0, 0, 0],
                       letter + order + '()': a[0, 0, 0].reshape(())})
arrays = {k.replace('?', 'b1').replace('<', 'le').replace('>', 'be').replace('()', 'p'): v for k, v in arrays.items()}
np.savez('a.npz', **arrays)
for protocol in range(6):
    pickle.dump(arrays, open(f'a{protocol}.pkl', 'wb'), protocol)
    open(f'a{protocol}_py2.pkl', 'wb').write(dumps2(arrays, min(protocol, 2)))
)")));
  const NpzReader expected(folder_ / "a.npz");
  ASSERT_EQ(expected.Keys().size(), 12u * 2 * 7);
  for (int i = 0; i < 12; ++i) {
    const std::string name = StrCat("a", i / 2, i % 2 == 0 ? "" : "_py2", ".pkl");
    const auto found = OpenNamedArrays(folder_ / name);
    for (const std::string& key : expected.Keys()) {
      const NpyArray array = expected.Read(key);
      const auto read = found->Read(key, array.shape);
      EXPECT_EQ(read->DTypeName(), array.DTypeName()) << name << key;
      EXPECT_EQ(read->bytes, array.bytes) << name << key;
    }
  }
}

TEST_F(PickleFromPython, OtherClassesAreRefusedByName) {
  ASSERT_TRUE(RunPython(folder_, kStandIns + std::string(R"(
import os
class Run:
    def __reduce__(self):
        return os.system, ('touch executed',)
for protocol in range(6):
    pickle.dump(dict(body, run=Run()), open(f'run{protocol}.pkl', 'wb'), protocol)
    pickle.dump(collections.Counter('ab'), open(f'dict{protocol}.pkl', 'wb'), protocol)
buffers = []
open('outside.pkl', 'wb').write(pickle.dumps(body, 5, buffer_callback=buffers.append))
)")));
  for (int protocol = 0; protocol < 6; ++protocol) {
    EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / StrCat("run", protocol, ".pkl")); }),
                HasSubstr("the class posix.system, which is not among those"));
    EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / StrCat("dict", protocol, ".pkl")); }),
                HasSubstr("the class collections.Counter"));
  }
  EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / "outside.pkl"); }), HasSubstr("a buffer outside it"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "executed"));
}

}  // namespace
}  // namespace vitruvius::pickle_python_test
