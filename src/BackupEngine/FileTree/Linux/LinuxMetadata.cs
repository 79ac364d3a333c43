using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>
/// Sets owner, attributes, mode and time, in this order: a change of owner clears set-id bits and file capabilities, and all of them
/// would move a time set before. Until the mode is set only the owner can open the entry, so no other user gets in between its access control list
/// and its mode. Rights that the process lacks cost the owner or the attribute, not the file.
/// </summary>
internal static unsafe class LinuxMetadata
{
    /// <summary>Applies everything to an open file or folder.</summary>
    public static void Apply(int file, in EntryMetadata metadata, string path, MetadataLosses losses)
    {
        byte empty = 0;
        Own(LibC.ChangeOwnerAt(file, &empty, metadata.UserId, metadata.GroupId, LibC.AtEmptyPath), path, losses);
        LinuxAttributes.RemoveOthers(file, metadata.Attributes, path, losses);
        LinuxAttributes.Write(file, metadata.Attributes, path, losses);
        if (LibC.ChangeMode(file, (uint)LinuxAttributes.SafeMode(file, metadata)) != 0)
        {
            throw Errno.Last("set the mode of", path);
        }
        SetTime(file, metadata.Modified, path);
    }

    /// <summary>Sets the time of an open file or folder.</summary>
    public static void SetTime(int file, UnixTime modified, string path)
    {
        var times = stackalloc LibC.TimeSpec[2];
        FillTimes(times, modified);
        if (LibC.SetTimes(file, times) != 0)
        {
            throw Errno.Last("set the time of", path);
        }
    }

    /// <summary>Applies what a symbolic link can have.</summary>
    public static void ApplyToLink(int directory, string name, in EntryMetadata metadata, DirectoryNode folder, MetadataLosses losses)
    {
        var path = folder.Child(name);
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "set the owner of", folder);
        fixed (byte* bytes = buffer)
        {
            Own(LibC.ChangeOwnerAt(directory, bytes, metadata.UserId, metadata.GroupId, LibC.AtSymbolicLinkNoFollow), path, losses);
            LinuxAttributes.WriteLink(directory, name, metadata.Attributes, path, losses);
            var times = stackalloc LibC.TimeSpec[2];
            FillTimes(times, metadata.Modified);
            if (LibC.SetTimesAt(directory, bytes, times, LibC.AtSymbolicLinkNoFollow) != 0)
            {
                throw Errno.Last("set the time of", path);
            }
        }
    }

    private static void Own(int result, string path, MetadataLosses losses)
    {
        if (result == 0)
        {
            return;
        }
        var error = Marshal.GetLastPInvokeError();
        if (error is not (LibC.NotPermitted or LibC.NotSupported or LibC.InvalidArgument))
        {
            throw Errno.For(error, "set the owner of", path);
        }
        losses.Add("owner");
    }

    private static void FillTimes(LibC.TimeSpec* times, UnixTime modified)
    {
        // The access time is set to the same: leaving it out would need a second call to read it, and it means nothing in a restore.
        times[0] = new LibC.TimeSpec { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
        times[1] = times[0];
    }
}
