using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

internal sealed unsafe partial class LinuxDirectory
{
    private const uint OwnerOnlyDirectory = 0x1C0; // 0700
    private const uint SharedDirectory = 0x1FF; // 0777, less the mask
    private const uint OwnerOnlyFile = 0x180; // 0600

    /// <inheritdoc/>
    public override void MakeDirectory(string name, bool isShared = false) => Call(
        name, "make the folder", (file, bytes) => LibC.MakeDirectoryAt(file, (byte*)bytes, isShared ? SharedDirectory : OwnerOnlyDirectory));

    /// <inheritdoc/>
    public override WritableFile CreateFile(string name)
    {
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "create", this);
        fixed (byte* bytes = buffer)
        {
            const int Flags = LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenExclusive | LibC.OpenCloseOnExec;
            var file = LibC.OpenAt(_file, bytes, Flags | LibC.OpenNoFollow, OwnerOnlyFile);
            return file >= 0 ? new LinuxWritableFile(file, Child(name)) : throw Errno.Last("create", Child(name));
        }
    }

    /// <inheritdoc/>
    public override void MakeSymbolicLink(string name, string target)
    {
        var targetBytes = CString.FromPath(target);
        Call(name, "make the symbolic link", (file, bytes) =>
        {
            fixed (byte* to = targetBytes)
            {
                return LibC.SymbolicLinkAt(to, file, (byte*)bytes);
            }
        });
    }

    /// <inheritdoc/>
    public override void MakeHardLink(string name, DirectoryNode existing, string existingName)
    {
        var from = (LinuxDirectory)existing;
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        Span<byte> existingBuffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "make the hard link", this);
        CString.WriteName(existingName, existingBuffer, "link to", existing);
        fixed (byte* bytes = buffer, existingBytes = existingBuffer)
        {
            if (LibC.LinkAt(from._file, existingBytes, _file, bytes, 0) != 0)
            {
                throw Errno.Last("make the hard link", Child(name));
            }
        }
    }

    /// <inheritdoc/>
    public override void RemoveFile(string name) => Call(name, "remove", (file, bytes) => LibC.UnlinkAt(file, (byte*)bytes, 0));

    /// <inheritdoc/>
    public override void RemoveDirectory(string name) =>
        Call(name, "remove the folder", (file, bytes) => LibC.UnlinkAt(file, (byte*)bytes, LibC.AtRemoveDirectory));

    /// <inheritdoc/>
    public override void Rename(string name, DirectoryNode destination, string newName, RenameMode mode)
    {
        var to = (LinuxDirectory)destination;
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        Span<byte> newBuffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "rename", this);
        CString.WriteName(newName, newBuffer, "rename to", to);
        var flags = mode switch
        {
            RenameMode.NoReplace => LibC.RenameNoReplace,
            RenameMode.Exchange => LibC.RenameExchange,
            _ => 0u,
        };
        fixed (byte* from = buffer, target = newBuffer)
        {
            if (LibC.RenameAt2(_file, from, to._file, target, flags) == 0)
            {
                return;
            }
        }
        var error = Marshal.GetLastPInvokeError();
        // A file system that does not know the flags says «invalid argument».
        throw Errno.For(flags != 0 && error == LibC.InvalidArgument ? LibC.NotSupported : error, "rename", Child(name));
    }

    /// <inheritdoc/>
    public override void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses) =>
        LinuxMetadata.Apply(_file, metadata, Path, losses);

    /// <inheritdoc/>
    public override void SetTime(UnixTime modified) => LinuxMetadata.SetTime(_file, modified, Path);

    /// <inheritdoc/>
    public override void ApplyLinkMetadata(string name, in EntryMetadata metadata, MetadataLosses losses) =>
        LinuxMetadata.ApplyToLink(_file, name, metadata, this, losses);

    /// <inheritdoc/>
    public override void Flush()
    {
        if (LibC.Flush(_file) != 0 && Marshal.GetLastPInvokeError() is var error and not LibC.InvalidArgument)
        {
            throw Errno.For(error, "flush the folder", Path);
        }
    }

    /// <inheritdoc/>
    public override void FlushFileSystem()
    {
        if (LibC.FlushFileSystem(_file) != 0)
        {
            throw Errno.Last("flush the file system of", Path);
        }
    }

    private void Call(string name, string operation, Func<int, nint, int> call)
    {
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, operation, this);
        fixed (byte* bytes = buffer)
        {
            if (call(_file, (nint)bytes) != 0)
            {
                throw Errno.Last(operation, Child(name));
            }
        }
    }
}
