// Who moves in a motion file, and in which trial, as far as its name tells.
#pragma once

#include <string>

namespace vitruvius {

// "NN_TT" for trial TT of subject NN, in any format; otherwise the file's own name without folder, extension
// and AMASS's endings (_poses, _stageii). Nine of CMU's unnamed exponential-map files are known by their
// poses.
std::string TrialOfMotion(const std::string& path);
bool IsTrialName(const std::string& name);  // NN_TT
// Names as AIST++ has them: gBR_sBM_cAll_d04_mBR0_ch01, dancer d04.
bool IsAistName(const std::string& name);

// NN_TT.* is subject NN, HDM_bd_* subject HDM_bd (HDM05), AIST++'s subject is its dancer; else a folder NN or
// cmu_NN[.anything] is, else AMASS's folder, else the file's name without its number.
std::string SubjectOfMotion(const std::string& path);

}  // namespace vitruvius
