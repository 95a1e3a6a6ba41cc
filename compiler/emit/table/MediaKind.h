// SPDX-License-Identifier: Apache-2.0
//
// What a library reads beside texts and ids: by this the table refers to the functions over sounds
// or images, so that the linker adds them.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_MEDIAKIND_H
#define TRANSEPT_COMPILER_EMIT_TABLE_MEDIAKIND_H

namespace transept::emit {

enum class MediaKind { None, Sounds, Images };

} // namespace transept::emit

#endif
