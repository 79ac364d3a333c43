using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Objects;

/// <summary>How the names of files become names of objects.</summary>
internal enum NameForm
{
    /// <summary>They are the same.</summary>
    Plain,

    /// <summary>Folders keep their names; files get <c>.enc</c> appended.</summary>
    Suffixed,

    /// <summary>Each part of a path is encrypted by itself.</summary>
    Encrypted,
}

/// <summary>
/// Finds the files whose names a storage cannot take, before anything is stored: all of them, so that they are put right in one go.
/// Not thread-safe.
/// </summary>
/// <param name="place">What the storage takes.</param>
/// <param name="form">How names become object names.</param>
/// <param name="folderBytes">Bytes of the longest folder, below the site's prefix, that the objects are stored in; 0 for none.</param>
internal sealed class NameLimits(StorageCapabilities place, NameForm form, int folderBytes)
{
    private readonly List<string> _offenders = [];
    private readonly List<string> _reasons = [];
    private readonly List<Part> _parts = [];
    private readonly Stack<string> _topFiles = new();

    /// <summary>The offending paths found so far: a name that does not fit, with the folders above it, is there once.</summary>
    public IReadOnlyList<string> Offenders => _offenders;

    /// <summary>Why they do not fit, each.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>
    /// Looks at the path of a file, or of a folder that is stored too. Paths come in the order of a walk: all that is in a folder together.
    /// </summary>
    public void Add(string path, bool isFolder = false)
    {
        var shared = CountSharedFolders(path);
        _parts.RemoveRange(shared, _parts.Count - shared);
        var start = shared == 0 ? 0 : _parts[^1].End + 1;
        while (start <= path.Length)
        {
            var slash = path.IndexOf('/', start);
            AddPart(path, start, slash < 0 ? path.Length : slash, isFile: slash < 0 && !isFolder);
            start = slash < 0 ? path.Length + 1 : slash + 1;
        }
        var whole = folderBytes + (folderBytes > 0 ? 1 : 0) + _parts[^1].ObjectEnd;
        if (whole > place.LongestPath)
        {
            Report(path, $"its path would have {whole} bytes in the storage, which takes {place.LongestPath}");
        }
    }

    /// <summary>Refuses what does not fit.</summary>
    /// <exception cref="BackupException">There are such names; its target is the array of all of them.</exception>
    public void Check()
    {
        if (_offenders.Count > 0)
        {
            throw BackupErrors.NamesUnstorable([.. _offenders.Select(PathText.ForDisplay)], _reasons);
        }
    }

    private int CountSharedFolders(string path)
    {
        var count = 0;
        while (count < _parts.Count && _parts[count] is { IsFile: false } part && part.End < path.Length && path[part.End] == '/'
            && string.CompareOrdinal(path, part.Start, part.Path, part.Start, part.End - part.Start) == 0)
        {
            count++;
        }
        return count;
    }

    private void AddPart(string path, int start, int end, bool isFile)
    {
        var name = path[start..end];
        var bytes = PathText.CountBytes(name);
        var objectBytes = form switch
        {
            NameForm.Encrypted => FileNameCipher.EncryptedLength(bytes),
            NameForm.Suffixed when isFile => bytes + BackupNames.EncryptedExtension.Length,
            _ => bytes,
        };
        if (form == NameForm.Suffixed && FindSibling(name, isFile) is { } sibling)
        {
            Report(path[..end], $"the file '{PathText.ForDisplay(sibling)}' beside it would have the same name in the storage");
        }
        else if (FindFault(name, bytes, objectBytes, isFile) is { } fault)
        {
            Report(path[..end], fault);
        }
        var objectStart = _parts.Count == 0 ? 0 : _parts[^1].ObjectEnd + 1;
        _parts.Add(new Part(path, start, end, objectStart + objectBytes, isFile, place.IsCaseInsensitive));
    }

    private string? FindFault(string name, int bytes, int objectBytes, bool isFile)
    {
        if (form == NameForm.Encrypted)
        {
            return FileNameCipher.FindFault(name);
        }
        var isSuffixed = isFile && form == NameForm.Suffixed;
        if (objectBytes > place.LongestName)
        {
            return $"its name would have {objectBytes} bytes in the storage, which takes {place.LongestName}";
        }
        if (!place.TakesAnyBytes && PathText.HasRawBytes(name))
        {
            return "its name is no valid UTF-8, and the storage takes nothing else";
        }
        if (place.ForbiddenCharacters.Length > 0
            && (name.AsSpan().ContainsAny(place.ForbiddenCharacters) || (name[^1] is '.' or ' ' && !isSuffixed)))
        {
            return "its name has a character, or an end, that the storage does not take";
        }
        if (place.IsReserved(name) && !isSuffixed)
        {
            return "its name is one that the storage gives to files that are being written";
        }
        return place.IsCaseInsensitive && _parts.Count > 0
            && !_parts[^1].Names!.Add(isSuffixed ? name + BackupNames.EncryptedExtension : name)
            ? "the storage does not tell its name from another one in the same folder: only the case of letters differs"
            : null;
    }

    /// <summary>
    /// The file beside a folder that is called as the file's object is: <c>a</c> beside <c>a.enc/</c>. Between the two, in the order of a walk,
    /// all names begin with the file's, so that only files whose names the present one begins with need be remembered.
    /// </summary>
    private string? FindSibling(string name, bool isFile)
    {
        var files = _parts.Count == 0 ? _topFiles : _parts[^1].Files;
        while (files.TryPeek(out var last) && !BeginsWith(name, last))
        {
            files.Pop();
        }
        if (isFile)
        {
            files.Push(name);
            return null;
        }
        return files.FirstOrDefault(file => name.Length == file.Length + BackupNames.EncryptedExtension.Length
            && name.EndsWith(BackupNames.EncryptedExtension, StringComparison.Ordinal));
    }

    /// <summary>Compares bytes: a text may have one character for a byte that is no text and the one after it.</summary>
    private static bool BeginsWith(string name, string start) => name.StartsWith(start, StringComparison.Ordinal)
        || (PathText.HasRawBytes(start) && PathText.ToBytes(name).AsSpan().StartsWith(PathText.ToBytes(start)));

    private void Report(string path, string reason)
    {
        _offenders.Add(path);
        _reasons.Add(reason);
    }

    /// <summary>One part of the path that was looked at last.</summary>
    private sealed class Part(string path, int start, int end, int objectEnd, bool isFile, bool hasNames)
    {
        public string Path => path;

        public int Start => start;

        public int End => end;

        /// <summary>Bytes of the object's path up to here.</summary>
        public int ObjectEnd => objectEnd;

        public bool IsFile => isFile;

        /// <summary>The files in the folder whose names the one that was looked at last begins with, the longest on top.</summary>
        public Stack<string> Files => field ??= new();

        /// <summary>The objects' names seen in the folder; only where their case does not count.</summary>
        public HashSet<string>? Names { get; } = hasNames && !isFile ? new(StringComparer.OrdinalIgnoreCase) : null;
    }
}
