using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;

namespace CloudBackup.Import;

/// <summary>
/// Access control lists that come as text. The mode that comes with one shows the list's mask where the group's rights should be, so without
/// the list it would give the group what it never had. On Linux, the writer narrows the mode when the disk does not take the list.
/// </summary>
internal static class ForeignAcl
{
    private const int OwnerBits = 0xFC0; // 07700

    /// <summary>The entry with its lists as Linux keeps them, and with no more rights than they give.</summary>
    public static IndexEntry Apply(IndexEntry entry, AclTexts texts, ArchiveReading reading)
    {
        var attributes = entry.Facts.Attributes.ToList();
        var mode = entry.Facts.Mode;
        if (texts.Nfs4 is not null)
        {
            // No mode can deny what such a list denies to one user.
            mode = texts.Nfs4.Contains(":deny", StringComparison.Ordinal) ? mode & OwnerBits : mode;
            reading.Note("{0} entries have access control lists of NFSv4, which cannot be set here. They are left out; no user gains rights.");
        }
        if (texts.Access is { } access && entry.Kind is EntryKind.File or EntryKind.Directory)
        {
            var list = Parse(access, reading);
            // The list says more than the mode that comes with it: bsdtar writes the rights of the group there, GNU tar the mask.
            mode = list is null ? mode & OwnerBits
                : LocalFileSystem.IsFull ? (mode & OwnerBits) | list.ModeBitsWithList
                : mode & (OwnerBits | list.ModeBits);
            Set(attributes, PosixAcl.AttributeName, list?.ToBytes());
        }
        if (texts.Default is { } inherited && entry.Kind == EntryKind.Directory)
        {
            Set(attributes, PosixAcl.DefaultAttributeName, Parse(inherited, reading)?.ToBytes());
        }
        return entry with { Facts = entry.Facts with { Mode = mode, Attributes = attributes } };
    }

    private static PosixAcl? Parse(string text, ArchiveReading reading)
    {
        var list = PosixAcl.TryParse(text, out var unknown);
        if (list is null)
        {
            reading.Note("{0} access control lists cannot be read and are left out. Only the owner has rights to their entries.");
        }
        else if (unknown > 0)
        {
            reading.Note("{0} access control lists name users or groups that this machine does not know. They are left out; no user gains rights.");
        }
        return list;
    }

    private static void Set(List<ExtendedAttribute> attributes, string name, byte[]? value)
    {
        // The same list may be there in its binary form; the text is what star defined for it.
        attributes.RemoveAll(attribute => attribute.Name == name);
        if (value is not null)
        {
            attributes.Add(new ExtendedAttribute(name, value));
        }
    }
}
