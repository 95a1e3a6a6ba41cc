// SPDX-License-Identifier: Apache-2.0
//
// Tensors of torch.save: views of storages in either format, and everything that does not fit.

#include "tests/support/TestCheckpoint.h"
#include "tests/support/TorchFiles.h"

namespace transept::torch {
namespace {

using checkpoints::Checkpoint;
using checkpoints::ElementType;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A checkpoint whose only weights are this pytorch_model.bin.
class TorchCheckpoint {
public:
  explicit TorchCheckpoint(const std::string &file) { directory.write("pytorch_model.bin", file); }

  checkpoints::Checkpoint open() const { return checkpoints::Checkpoint::open(directory.path()); }
  std::string error() const {
    return errorOf([&] { open(); });
  }

private:
  frontend::TemporaryDirectory directory;
};

std::string counting(int64_t count) {
  std::vector<float> values;
  for (int64_t index = 0; index < count; ++index)
    values.push_back(float(index));
  return frontend::bytesOf(values);
}

/// One view "w" of a storage of the floats 0 to 11.
TorchCheckpoint viewed(const View &view, int64_t stored = 12) {
  return TorchCheckpoint(
      archive(dictionary({{"w", tensor(storage("FloatStorage", "0", 12), view)}}),
              {{"0", counting(stored)}}));
}
std::vector<float> valuesOf(const View &view, bool isTransposed = false) {
  return viewed(view).open().readAll({.name = "w", .isTransposed = isTransposed});
}

TEST(TorchFile, ReadsViewsWhereTheyLie) {
  EXPECT_THAT(valuesOf({0, {2, 3}, {3, 1}}), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(valuesOf({7, {5}, {1}}), ElementsAre(7, 8, 9, 10, 11));
  EXPECT_THAT(valuesOf({1, {2, 3}, {1, 2}}), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(valuesOf({1, {2, 3}, {1, 2}}, true), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(valuesOf({0, {3}, {4}}), ElementsAre(0, 4, 8));
  EXPECT_THAT(valuesOf({2, {2, 2}, {0, 1}}), ElementsAre(2, 3, 2, 3));
  EXPECT_THAT(valuesOf({0, {1, 3, 2}, {100, 2, 1}}), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(valuesOf({5, {}, {}}), ElementsAre(5));
  EXPECT_TRUE(valuesOf({12, {0, 4}, {4, 1}}).empty());
  EXPECT_TRUE(valuesOf({0, {0, int64_t(1) << 40, int64_t(1) << 40}, {1, 2, 3}}, true).empty());
}

TEST(TorchFile, ReadsRowsAndColumnsOfThreeDimensionsInAnyOrder) {
  // [2, 2, 3] whose last two dimensions were exchanged: element [o, i, k] is at 6 o + 2 k + i.
  View view{0, {2, 2, 3}, {6, 1, 2}};
  EXPECT_THAT(valuesOf(view), ElementsAre(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11));
  EXPECT_THAT(valuesOf(view, true), ElementsAre(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11));
  TorchCheckpoint file = viewed(view);
  float second[6];
  file.open().readFloat("w", second, 1, 1);
  EXPECT_THAT(second, ElementsAre(6, 8, 10, 7, 9, 11));
  EXPECT_TRUE(file.open().at("w").data.size() == 48 && file.open().at("w").elementCount() == 12);
}

TEST(TorchFile, RefusesViewsOutsideTheirStorage) {
  auto error = [](const View &view) { return viewed(view).error(); };
  EXPECT_THAT(error({0, {13}, {1}}), AllOf(HasSubstr("pytorch_model.bin: tensor \"w\""),
                                           HasSubstr("spans 13 elements"), HasSubstr("has 12")));
  EXPECT_THAT(error({9, {4}, {1}}), HasSubstr("from element 9 spans 4"));
  EXPECT_THAT(error({13, {0}, {1}}), HasSubstr("from element 13"));
  EXPECT_THAT(error({-1, {2}, {1}}), HasSubstr("-1 in its offset"));
  EXPECT_THAT(error({0, {-2, -2}, {1, 1}}), HasSubstr("-2 in its shape"));
  EXPECT_THAT(error({3, {2}, {-1}}), HasSubstr("-1 in its strides"));
  EXPECT_THAT(error({0, {2, 2}, {1}}), HasSubstr("not of one length"));
  EXPECT_THAT(error({0, {3, 3}, {INT64_MAX, INT64_MAX}}), HasSubstr("overflows"));
  EXPECT_THAT(error({0, {2}, {INT64_MAX}}), HasSubstr("overflows"));
  EXPECT_THAT(error({0, {INT64_MAX, 2}, {0, 0}}), HasSubstr("overflows"));
  EXPECT_THAT(error({0, {1 << 20, 1 << 20}, {0, 0}}), HasSubstr("repeats 1 stored elements"));
  EXPECT_THAT(error({0, std::vector<int64_t>(17, 1), std::vector<int64_t>(17, 1)}),
              HasSubstr("17 dimensions"));
}

TEST(TorchFile, RepeatsNumbersWithinABound) {
  // Opened, and not read: that many floats take a gigabyte.
  EXPECT_EQ(viewed({0, {1 << 14, 1 << 14}, {0, 0}}).error(), "no error");
  EXPECT_THAT(viewed({0, {(1 << 28) + 1}, {0}}).error(),
              AllOf(HasSubstr("repeats 1 stored elements"), HasSubstr("268435456")));
}

TEST(TorchFile, RefusesStoragesOfAnotherSize) {
  EXPECT_THAT(viewed({0, {2}, {1}}, 11).error(), HasSubstr("has 44 bytes, but its 12 elements"));
  EXPECT_THAT(viewed({0, {2}, {1}}, 13).error(), HasSubstr("has 52 bytes"));
  std::string huge =
      dictionary({{"w", tensor(storage("FloatStorage", "0", INT64_MAX), {0, {1}, {1}})}});
  EXPECT_THAT(TorchCheckpoint(archive(huge, {{"0", "1234"}})).error(), HasSubstr("any file has"));
  std::string path = dictionary({{"w", tensor(storage("FloatStorage", "../0", 1), {0, {1}, {1}})}});
  EXPECT_THAT(TorchCheckpoint(archive(path, {{"../0", "1234"}})).error(),
              HasSubstr("without folders"));
}

TEST(TorchFile, RefusesPersistentValuesThatAreNoStorages) {
  const std::string type = global("torch", "FloatStorage");
  auto error = [](const std::string &first, const std::string &second) {
    std::string stored = tuple({first, second, text("0"), text("cpu"), number(12)}) + "Q";
    return TorchCheckpoint(
               archive(dictionary({{"w", tensor(stored, {0, {2}, {1}})}}), {{"0", counting(12)}}))
        .error();
  };
  EXPECT_EQ(error(text("storage"), type), "no error");
  for (const auto &[first, second] :
       {std::pair{text("module"), type},
        {text("storage"), text("FloatStorage")},
        {text("storage"), global("torch._utils", "_rebuild_tensor_v2")},
        {text("storage"), none}})
    EXPECT_THAT(error(first, second), HasSubstr("does not describe a storage with a type"));
  EXPECT_THAT(error(number(1), type), HasSubstr("its first entry is no text"));
}

TEST(TorchFile, ReadsEveryTypeOfStorage) {
  for (auto [name, type, size] : std::vector<std::tuple<std::string, ElementType, size_t>>{
           {"BoolStorage", ElementType::Bool, 1},
           {"ByteStorage", ElementType::U8, 1},
           {"CharStorage", ElementType::I8, 1},
           {"ShortStorage", ElementType::I16, 2},
           {"IntStorage", ElementType::I32, 4},
           {"LongStorage", ElementType::I64, 8},
           {"HalfStorage", ElementType::F16, 2},
           {"BFloat16Storage", ElementType::BF16, 2},
           {"FloatStorage", ElementType::F32, 4},
           {"DoubleStorage", ElementType::F64, 8}}) {
    TorchCheckpoint file(archive(dictionary({{"w", tensor(storage(name, "0", 3), {1, {2}, {1}})}}),
                                 {{"0", std::string(3 * size, '\1')}}));
    EXPECT_EQ(file.open().at("w").type, type);
    EXPECT_EQ(file.open().at("w").data.size(), 2 * size);
  }
  std::string complex =
      dictionary({{"w", tensor(storage("ComplexFloatStorage", "0", 1), {0, {1}, {1}})}});
  EXPECT_THAT(TorchCheckpoint(archive(complex, {{"0", "12345678"}})).error(),
              HasSubstr("torch.ComplexFloatStorage"));
}

TEST(TorchFile, ReadsDoublesAsFloatsAndRefusesThoseThatAreNone) {
  std::string value = dictionary({{"w", tensor(storage("DoubleStorage", "0", 3), {0, {3}, {1}})}});
  auto file = [&](double last) {
    return TorchCheckpoint(archive(value, {{"0", little(0.1) + little(-2.0) + little(last)}}));
  };
  EXPECT_THAT(file(4).open().readAll({.name = "w"}), ElementsAre(0.1f, -2, 4));
  EXPECT_THAT(errorOf([&] { file(1e300).open().readAll({.name = "w"}); }),
              HasSubstr("'w' holds infinity at row 2"));
}

TEST(TorchFile, ReadsTypedViewsOfBytes) {
  std::string bytes = tuple({text("storage"), global("torch.storage", "UntypedStorage"), text("0"),
                             text("cpu"), number(8)}) +
                      "Q";
  auto file = [&](const std::string &type) {
    return TorchCheckpoint(
        archive(dictionary({{"w", call(global("torch._utils", "_rebuild_tensor_v3"),
                                       {bytes, number(1), numbers({3}), numbers({1}), no,
                                        orderedDictionary(), type})}}),
                {{"0", std::string("\0\0\x80\x3f\0\x40\x40\x40", 8)}}));
  };
  EXPECT_THAT(file(global("torch", "bfloat16")).open().readAll({.name = "w"}),
              ElementsAre(1, 2, 3));
  EXPECT_EQ(file(global("torch", "uint16")).open().at("w").type, ElementType::U16);
  EXPECT_THAT(file(global("torch", "float32")).error(), HasSubstr("its storage has 2"));
  EXPECT_THAT(file(none).error(), HasSubstr("none of torch's"));
}

TEST(TorchFile, TensorsShareStoragesAndObjects) {
  std::string shared = tensor(storage("FloatStorage", "0", 12), {0, {3, 4}, {4, 1}});
  std::string parameter =
      call(global("torch._utils", "_rebuild_parameter"), {shared, yes, orderedDictionary()});
  std::string value =
      "}(" + text("a") + parameter + "q\1" + text("b") + "h\1" + text("c") + shared + "u";
  Checkpoint opened = TorchCheckpoint(archive(value, {{"0", counting(12)}})).open();
  EXPECT_EQ(opened.tensors().size(), 3u);
  EXPECT_EQ(opened.at("a").data.data(), opened.at("b").data.data());
  EXPECT_EQ(opened.at("a").data.data(), opened.at("c").data.data());
}

TEST(TorchFile, FindsWeightsBesideTheStateOfTraining) {
  std::string weights = dictionary({{"w", tensor(storage("FloatStorage", "0", 12), {0, {2}, {1}})}},
                                   orderedDictionary());
  std::string other = tensor(storage("FloatStorage", "0", 12), {4, {2}, {1}});
  Named storages = {{"0", counting(12)}};
  for (const char *key : {"state_dict", "model"}) {
    std::string value = dictionary({{"step", number(3)}, {"ids", other}, {key, weights}});
    Checkpoint opened = TorchCheckpoint(archive(value, storages)).open();
    EXPECT_EQ(opened.tensors().size(), 1u);
    EXPECT_THAT(opened.readAll({.name = "w"}), ElementsAre(0, 1));
  }
  auto error = [&](const std::string &value) {
    return TorchCheckpoint(archive(value, storages)).error();
  };
  EXPECT_THAT(error(dictionary({{"model", weights}, {"state_dict", weights}})),
              HasSubstr("both 'state_dict' and 'model'"));
  EXPECT_THAT(error("}q\1(" + text("model") + "h\1u"), HasSubstr("contains itself"));
  EXPECT_THAT(error(dictionary({{"step", number(3)}})), HasSubstr("of 1 entries holds no tensor"));
  EXPECT_THAT(error(list({other})), HasSubstr("must hold a dictionary of tensors"));
  EXPECT_THAT(error(dictionary({{"w", other}, {"w", other}})), HasSubstr("\"w\" is there twice"));
}

TEST(TorchFile, RefusesCallsThatAreNoTensors) {
  auto error = [](const std::string &value) {
    return TorchCheckpoint(archive(dictionary({{"w", value}}), {{"0", counting(12)}})).error();
  };
  std::string view = tensor(storage("FloatStorage", "0", 12), {0, {2}, {1}});
  std::string rebuild = global("torch._utils", "_rebuild_tensor_v2");
  EXPECT_THAT(error(call(rebuild, {number(1)})), HasSubstr("1 arguments where 4"));
  EXPECT_THAT(error(call(rebuild, {none, number(0), numbers({1}), numbers({1})})),
              HasSubstr("its storage is none"));
  EXPECT_THAT(error(call(global("torch._utils", "_rebuild_parameter"), {number(1)})),
              HasSubstr("of what is no tensor"));
  EXPECT_THAT(error(tensor(text("0") + "Q", {0, {2}, {1}})), HasSubstr("no tuple"));
  std::string negated = call(rebuild, {storage("FloatStorage", "0", 12), number(0), numbers({1}),
                                       numbers({1}), no, none, dictionary({{"neg", yes}})});
  EXPECT_THAT(error(negated), HasSubstr("negated view"));
}

TEST(TorchFile, RefusesNamesThatATerminalWouldObey) {
  std::string view = tensor(storage("FloatStorage", "0", 12), {0, {2}, {1}});
  for (const std::string &name :
       {std::string("a\x1b[2J"), std::string("\xff"), std::string(1001, 'a')}) {
    std::string error =
        TorchCheckpoint(archive(dictionary({{name, view}}), {{"0", counting(12)}})).error();
    EXPECT_THAT(error, HasSubstr("cannot name a tensor"));
    EXPECT_EQ(error.find('\x1b'), std::string::npos);
  }
}

TEST(TorchFile, RefusesArchivesOfOtherKinds) {
  auto error = [](const Named &members) { return TorchCheckpoint(zip(members)).error(); };
  EXPECT_THAT(error({{"word/document.xml", ""}}), HasSubstr("no FOLDER/data.pkl"));
  EXPECT_THAT(error({{"a/data.pkl", ""}, {"b/data.pkl", ""}}), HasSubstr("two pickles"));
  EXPECT_THAT(error({{"a/data.pkl", pickled("}")}, {"a/byteorder", "big"}}),
              HasSubstr("byte order is \"big\""));
  EXPECT_THAT(TorchCheckpoint("<!DOCTYPE html>").error(),
              HasSubstr("begins with \"<!DOCTYPE html>\""));
  EXPECT_THAT(TorchCheckpoint("").error(), HasSubstr("it is empty"));
  EXPECT_THAT(TorchCheckpoint("version https://git-lfs.github.com/spec/v1\n").error(),
              HasSubstr("`git lfs pull`"));
}

TEST(TorchFile, ReadsLegacyFilesWithTheirViews) {
  auto stored = [](const std::string &key, int64_t count, const std::string &view) {
    return tuple({text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"),
                  number(count), view}) +
           "Q";
  };
  std::string part = tuple({text("v"), number(4), number(3)});
  auto value = [&](const View &view) {
    return dictionary({{"a", tensor(stored("0", 12, part), view)},
                       {"b", tensor(stored("1", 2, none), {0, {2}, {1}})}});
  };
  std::vector<LegacyStorage> storages = {{"1", 2, counting(2)}, {"0", 12, counting(12)}};
  Checkpoint opened = TorchCheckpoint(legacy(value({1, {2}, {1}}), storages)).open();
  EXPECT_THAT(opened.readAll({.name = "a"}), ElementsAre(5, 6));
  EXPECT_THAT(opened.readAll({.name = "b"}), ElementsAre(0, 1));
  EXPECT_THAT(TorchCheckpoint(legacy(value({2, {2}, {1}}), storages)).error(),
              HasSubstr("its storage has 3"));
}

TEST(TorchFile, RefusesLegacyFilesThatLie) {
  std::string value = dictionary({{"w", tensor(storage("FloatStorage", "0", 2), {0, {2}, {1}})}});
  std::string file = legacy(value, {{"0", 2, counting(2)}});
  EXPECT_EQ(TorchCheckpoint(file).error(), "no error");
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(TorchCheckpoint(file.substr(0, size)).error(), "no error") << size;
  EXPECT_THAT(TorchCheckpoint(legacy(value, {{"0", 2, counting(2)}}, no)).error(),
              HasSubstr("big-endian"));
  EXPECT_THAT(TorchCheckpoint(legacy(value, {{"0", int64_t(1) << 50, ""}})).error(),
              HasSubstr("has 1125899906842624 elements"));
  EXPECT_THAT(TorchCheckpoint(legacy(value, {{"1", 2, counting(2)}})).error(),
              HasSubstr("\"1\" belongs to no tensor"));
  EXPECT_THAT(TorchCheckpoint(legacy(value, {})).error(), HasSubstr("no storage \"0\""));
  file[5] = 'x';
  EXPECT_THAT(TorchCheckpoint(file).error(), HasSubstr("magic number"));
}

} // namespace
} // namespace transept::torch
