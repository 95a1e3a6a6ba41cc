// SPDX-License-Identifier: Apache-2.0
//
// What the processor of Florence-2 makes of prompts that name a task.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_FLORENCE2TASKS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_FLORENCE2TASKS_H

#include "compiler/frontend/description/Description.h"

namespace transept::frontend {

std::vector<PromptTask> florence2Tasks();

} // namespace transept::frontend

#endif
