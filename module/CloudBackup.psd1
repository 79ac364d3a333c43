@{
    RootModule           = 'CloudBackup.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6c1f3c52-7d3b-4b0e-9a51-2f1c0c7f5b11'
    Author               = 'The CloudBackup authors'
    CompanyName          = 'The CloudBackup authors'
    Copyright            = '(c) 2026 The CloudBackup authors. MIT licence.'
    Description          = 'Backs up self-hosted apps, each on its own, as portable snapshots that plain tools can read, and brings them back.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('CloudBackup.Format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Copy-BackupApp'
        'Export-BackupSite'
        'Get-AppBackup'
        'Get-AppBackupItem'
        'Get-BackupApp'
        'Get-BackupSite'
        'Get-Platform'
        'Get-PlatformBackup'
        'Import-AppBackup'
        'Invoke-BackupCleanup'
        'New-AppBackup'
        'New-BackupAddon'
        'New-BackupSite'
        'New-PlatformBackup'
        'Protect-BackupFile'
        'Protect-BackupFileName'
        'Register-BackupApp'
        'Remove-AppBackup'
        'Remove-BackupSite'
        'Remove-PlatformBackup'
        'Restore-AppBackup'
        'Restore-AppBackupItem'
        'Restore-Platform'
        'Set-AppBackup'
        'Set-BackupApp'
        'Set-BackupSite'
        'Set-Platform'
        'Sync-BackupCatalog'
        'Test-AppBackup'
        'Test-BackupSite'
        'Test-PlatformBackup'
        'Unprotect-BackupFile'
        'Unprotect-BackupFileName'
        'Unregister-BackupApp'
        'Update-BackupApp'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('backup', 'restore', 'self-hosted', 's3', 'rsync', 'tar', 'snapshot', 'PSEdition_Core', 'Linux', 'Windows', 'MacOS')
            ProjectUri   = 'https://cloudbackup.example'
            LicenseUri   = 'https://opensource.org/licenses/MIT'
            ReleaseNotes = 'The first version. It backs up apps and whole platforms to disks and S3 stores, tests backups, and restores, clones, imports and updates apps. CHANGELOG.md in the module lists the changes.'
        }
    }
}
