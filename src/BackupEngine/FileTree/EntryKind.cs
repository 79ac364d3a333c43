namespace CloudBackup.FileTree;

/// <summary>What an entry of a file tree is.</summary>
internal enum EntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>Another name of a file or symbolic link that was listed before.</summary>
    HardLink,

    /// <summary>A socket, pipe or device: passed over.</summary>
    Special,
}
