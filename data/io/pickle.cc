#include "data/io/pickle.h"

#include <charconv>
#include <unordered_map>
#include <utility>

#include "data/io/pickle_objects.h"
#include "data/io/pickle_source.h"
#include "data/io/pickle_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;

constexpr size_t kMaxStack = 4000000;
constexpr int kNewestProtocol = 5;

// Pickle's stack machine. Opcodes: CPython, Lib/pickletools.py.
class Machine {
 public:
  // `source` must outlive this.
  Machine(PickleSource* source, bool is_torch)
      : source_(*source), objects_(source, is_torch), is_torch_(is_torch) {}

  Pickle Run() {
    while (Step()) {
    }
    PickleValue* root = Pop();
    if (root->kind == PickleKind::kOther && root->of != PickleClass::kUnknown)
      source_.Fail("the file holds no value but a class or an unfinished object");
    return Pickle(objects_.TakeValues(), root);
  }

 private:
  void Push(PickleValue* value) {
    if (stack_.size() >= kMaxStack)
      source_.Fail(StrCat("more than ", kMaxStack, " values wait for their use"));
    stack_.push_back(value);
  }
  // The first place on the stack that the innermost mark does not protect.
  size_t Bottom() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleValue* Top() {
    if (stack_.size() <= Bottom()) source_.Fail("damaged: a value is missing");
    return stack_.back();
  }
  PickleValue* Pop() {
    PickleValue* value = Top();
    stack_.pop_back();
    return value;
  }
  std::vector<PickleValue*> PopToMark() {
    if (marks_.empty()) source_.Fail("damaged: a mark is missing");
    std::vector<PickleValue*> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                                    stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  void PushTuple(size_t count) {
    if (stack_.size() - Bottom() < count) source_.Fail("damaged: a value is missing");
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    PickleValue* tuple =
        objects_.Sequence(PickleKind::kTuple, std::vector<PickleValue*>(begin, stack_.end()));
    stack_.resize(stack_.size() - count);
    Push(tuple);
  }
  void PushBool(bool value) { PushInt(value ? 1 : 0)->kind = PickleKind::kBool; }
  PickleValue* PushInt(std::int64_t integer) {
    PickleValue* value = objects_.New(PickleKind::kInt);
    value->integer = integer;
    Push(value);
    return value;
  }
  void PushFloat(double real) {
    PickleValue* value = objects_.New(PickleKind::kFloat);
    value->real = real;
    Push(value);
  }
  void PushBytes(PickleKind kind, std::vector<unsigned char> bytes) {
    PickleValue* value = objects_.New(kind);
    value->bytes = std::move(bytes);
    Push(value);
  }
  void Add(const std::vector<PickleValue*>& items, PickleKind kind) {
    PickleValue* to = Top();
    if (to->of == PickleClass::kUnknown) return;  // what it would do with items is its own affair
    if (to->kind != kind || (kind == PickleKind::kDict && items.size() % 2 != 0)) {
      source_.Fail(StrCat("damaged: found ", items.size(), " items for ", to->KindName()));
    }
    objects_.Extend(to, items.data(), items.data() + items.size());
  }
  void PushSequence(PickleKind kind) {
    std::vector<PickleValue*> items = PopToMark();
    if (kind == PickleKind::kDict && items.size() % 2 != 0)
      source_.Fail("damaged: a dict has a key without a value");
    Push(objects_.Sequence(kind, std::move(items)));
  }

  void Remember(std::uint64_t index) {
    memo_[index] = Top();
    if (memo_.size() > kMaxStack) source_.Fail(StrCat("more than ", kMaxStack, " values are remembered"));
  }
  void Recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) source_.Fail(StrCat("damaged: value ", index, " was never remembered"));
    Push(found->second);
  }

  // All of a line as a number.
  template <typename T>
  T Number(std::string line) {
    if constexpr (std::is_integral_v<T>) {
      if (!line.empty() && line.back() == 'L') line.pop_back();  // Python 2's long
    }
    T value{};
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || end != line.data() + line.size()) {
      source_.Fail(StrCat("found \"", line.substr(0, 40), "\", expected a number of at most 64 bits"));
    }
    return value;
  }
  void PushLong(std::uint64_t num_bytes) {
    // The number that begins torch's old checkpoints has 80 bits; its low 64 tell it well enough.
    const bool may_be_cut = is_torch_;
    const std::vector<unsigned char> bytes = source_.Bytes(num_bytes);
    std::uint64_t value = 0;
    const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
    if (negative) value = ~std::uint64_t{0};
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (i < 8) {
        value = (value & ~(std::uint64_t{0xff} << (8 * i))) | static_cast<std::uint64_t>(bytes[i]) << (8 * i);
      } else if (!may_be_cut && bytes[i] != (negative ? 0xff : 0)) {
        source_.Fail("found an integer of more than 64 bits");
      }
    }
    if (!may_be_cut && bytes.size() > 8 && (value >> 63 != 0) != negative)
      source_.Fail("found an integer of more than 64 bits");
    PushInt(static_cast<std::int64_t>(value));
  }
  void PushRepr() {
    std::vector<unsigned char> line = source_.Line();
    if (!line.empty() && line.back() == '\r') source_.FailCrlf();
    if (line.size() < 2 || (line.front() != '\'' && line.front() != '"') || line.back() != line.front()) {
      source_.Fail("damaged: a string is not in quotes");
    }
    line.erase(line.begin());
    line.pop_back();
    UnescapeRepr(&line);
    PushBytes(PickleKind::kBytes, std::move(line));
  }
  void PushRawUnicode() {
    std::vector<unsigned char> line = source_.Line();
    const bool is_latin1 = UnescapeRawUnicode(&line);
    PushBytes(PickleKind::kText, std::move(line));
    Top()->is_latin1 = is_latin1;
  }
  void PushGlobal() {
    const std::string module = source_.ShortLine();
    Push(objects_.Class(module, source_.ShortLine()));
  }
  void PushStackGlobal() {
    const PickleValue *name = Pop(), *module = Pop();
    if (name->kind != PickleKind::kText || module->kind != PickleKind::kText)
      source_.Fail("damaged: a class without a name");
    Push(objects_.Class(module->Text(), name->Text()));
  }
  void Make(bool with_keywords) {
    if (with_keywords && !Pop()->items.empty()) source_.Fail("found an object made with keywords");
    Pop();  // its arguments: no class that is known has any
    const PickleValue* of = Pop();
    Push(objects_.Instance(*of));
  }
  void MakeOldStyle(bool named) {
    std::vector<PickleValue*> items = PopToMark();
    if (named) PushGlobal();
    if (!named && items.empty()) source_.Fail("damaged: an object without a class");
    const PickleValue* of = named ? Pop() : items[0];
    Push(objects_.Instance(*of));
  }

  bool Step();
  bool StepOfNumbers(unsigned char opcode);
  bool StepOfText(unsigned char opcode);
  [[noreturn]] void FailOpcode(unsigned char opcode, bool first) const;

  PickleSource& source_;
  PickleObjects objects_;
  const bool is_torch_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
  bool first_ = true;
};

bool Machine::StepOfNumbers(unsigned char opcode) {
  switch (opcode) {
    case 'I': {  // INT, and False and True of protocols 0 and 1
      const std::string line = source_.ShortLine();
      if (line == "00" || line == "01") {
        PushBool(line == "01");
      } else {
        PushInt(Number<std::int64_t>(line));
      }
      return true;
    }
    case 'L':
      PushInt(Number<std::int64_t>(source_.ShortLine()));
      return true;
    case 'F':
      PushFloat(Number<double>(source_.ShortLine()));
      return true;
    case 'J':
      PushInt(static_cast<std::int32_t>(source_.Little(4)));
      return true;  // BININT
    case 'K':
      PushInt(static_cast<std::int64_t>(source_.Little(1)));
      return true;  // BININT1
    case 'M':
      PushInt(static_cast<std::int64_t>(source_.Little(2)));
      return true;  // BININT2
    case 'G':
      PushFloat(source_.BigDouble());
      return true;  // BINFLOAT
    case 0x88:
      PushBool(true);
      return true;
    case 0x89:
      PushBool(false);
      return true;
    case 0x8a:
      PushLong(source_.Little(1));
      return true;  // LONG1
    case 0x8b:
      PushLong(source_.Little(4));
      return true;  // LONG4
    default:
      return false;
  }
}

bool Machine::StepOfText(unsigned char opcode) {
  const auto counted = [this](PickleKind kind, int num_bytes) {
    const std::uint64_t count = source_.Little(num_bytes);
    PushBytes(kind, source_.Bytes(count));
    return true;
  };
  switch (opcode) {
    case 'S':
      PushRepr();
      return true;  // STRING
    case 'V':
      PushRawUnicode();
      return true;  // UNICODE
    case 'U':       // SHORT_BINSTRING
    case 'C':       // SHORT_BINBYTES
      return counted(PickleKind::kBytes, 1);
    case 'T':  // BINSTRING
    case 'B':  // BINBYTES
      return counted(PickleKind::kBytes, 4);
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      return counted(PickleKind::kBytes, 8);
    case 0x8c:
      return counted(PickleKind::kText, 1);  // SHORT_BINUNICODE
    case 'X':
      return counted(PickleKind::kText, 4);  // BINUNICODE
    case 0x8d:
      return counted(PickleKind::kText, 8);  // BINUNICODE8
    default:
      return false;
  }
}

bool Machine::Step() {
  const unsigned char opcode = source_.Opcode();
  const bool first = std::exchange(first_, false);
  if (StepOfNumbers(opcode) || StepOfText(opcode)) return true;
  switch (opcode) {
    case 0x80: {  // PROTO
      const std::uint64_t protocol = source_.Little(1);
      if (protocol > kNewestProtocol) source_.Fail(StrCat("found protocol ", protocol, ", expected 0 to 5"));
      break;
    }
    case 0x95:
      source_.Little(8);
      break;  // FRAME
    case '.':
      return false;  // STOP
    case '(':        // MARK
      if (marks_.size() >= kMaxStack) source_.Fail(StrCat("found more than ", kMaxStack, " open marks"));
      marks_.push_back(stack_.size());
      break;
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        Pop();
      }
      break;
    case '1':
      PopToMark();
      break;  // POP_MARK
    case '2':
      Push(Top());
      break;  // DUP
    case 'N':
      Push(objects_.New(PickleKind::kNone));
      break;   // NONE
    case ']':  // EMPTY_LIST
    case 0x8f:
      Push(objects_.New(PickleKind::kList));
      break;  // EMPTY_SET
    case '}':
      Push(objects_.New(PickleKind::kDict));
      break;  // EMPTY_DICT
    case ')':
      Push(objects_.New(PickleKind::kTuple));
      break;   // EMPTY_TUPLE
    case 'l':  // LIST
    case 0x91:
      PushSequence(PickleKind::kList);
      break;  // FROZENSET
    case 'd':
      PushSequence(PickleKind::kDict);
      break;  // DICT
    case 't':
      PushSequence(PickleKind::kTuple);
      break;  // TUPLE
    case 0x85:
      PushTuple(1);
      break;  // TUPLE1
    case 0x86:
      PushTuple(2);
      break;  // TUPLE2
    case 0x87:
      PushTuple(3);
      break;     // TUPLE3
    case 'a': {  // APPEND
      PickleValue* item = Pop();
      Add({item}, PickleKind::kList);
      break;
    }
    case 'e':  // APPENDS
    case 0x90:
      Add(PopToMark(), PickleKind::kList);
      break;     // ADDITEMS
    case 's': {  // SETITEM
      PickleValue *value = Pop(), *key = Pop();
      Add({key, value}, PickleKind::kDict);
      break;
    }
    case 'u':
      Add(PopToMark(), PickleKind::kDict);
      break;  // SETITEMS
    case 'p':
      Remember(Number<std::uint64_t>(source_.ShortLine()));
      break;  // PUT
    case 'q':
      Remember(source_.Little(1));
      break;  // BINPUT
    case 'r':
      Remember(source_.Little(4));
      break;  // LONG_BINPUT
    case 0x94:
      Remember(memo_.size());
      break;  // MEMOIZE
    case 'g':
      Recall(Number<std::uint64_t>(source_.ShortLine()));
      break;  // GET
    case 'h':
      Recall(source_.Little(1));
      break;  // BINGET
    case 'j':
      Recall(source_.Little(4));
      break;  // LONG_BINGET
    case 'c':
      PushGlobal();
      break;  // GLOBAL
    case 0x93:
      PushStackGlobal();
      break;     // STACK_GLOBAL
    case 'R': {  // REDUCE
      const PickleValue *arguments = Pop(), *callee = Pop();
      Push(objects_.Call(*callee, *arguments));
      break;
    }
    case 0x81:
      Make(false);
      break;  // NEWOBJ
    case 0x92:
      Make(true);
      break;  // NEWOBJ_EX
    case 'o':
      MakeOldStyle(false);
      break;  // OBJ
    case 'i':
      MakeOldStyle(true);
      break;     // INST
    case 'Q': {  // BINPERSID
      const PickleValue* id = Pop();
      if (!is_torch_) FailOpcode(opcode, first);
      Push(objects_.Storage(*id));
      break;
    }
    case 'b': {  // BUILD
      const PickleValue* state = Pop();
      objects_.Build(Top(), *state);
      break;
    }
    default:
      FailOpcode(opcode, first);
  }
  return true;
}

void Machine::FailOpcode(unsigned char opcode, bool first) const {
  switch (opcode) {
    case '\r':
      source_.FailCrlf();
    case 'P':
    case 'Q':
      source_.Fail("the file refers to an object outside it, as a torch archive does");
    case 0x97:
    case 0x98:
      source_.Fail("the file refers to a buffer outside it; write it without buffer_callback");
    case 0x82:
    case 0x83:
    case 0x84:
      source_.Fail("the file names a class by a number of copyreg, which is not read");
    default:
      if (first) source_.Fail("is not a Python pickle");
      source_.Fail(StrCat("damaged: found the unknown opcode ", static_cast<int>(opcode)));
  }
}

}  // namespace

Pickle LoadPickle(const std::string& path) {
  PickleSource source(path);
  try {
    return Machine(&source, false).Run();
  } catch (const std::bad_alloc&) {
    throw InputError(path, "", "needs more memory than there is");
  }
}

Pickle LoadTorchPickle(PickleSource* source) {
  try {
    return Machine(source, true).Run();
  } catch (const std::bad_alloc&) {
    throw InputError(source->path(), "", "needs more memory than there is");
  }
}

}  // namespace vitruvius
