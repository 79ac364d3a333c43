namespace CloudBackup.FileTree;

/// <summary>One extended attribute of a file or folder, access control lists included.</summary>
/// <param name="Name">The full name, such as <c>user.mime_type</c> (see <see cref="PathText"/> for odd bytes).</param>
/// <param name="Value">The value: any bytes.</param>
internal readonly record struct ExtendedAttribute(string Name, byte[] Value);
